"""Renders the chart with each set of values in `values`, in one process, since loading Helm takes longer than
rendering. Prints one JSON object on stdout, which tests/helm/chart.rs reads.

Helm, as a library, checks the values against their schema and renders; kubernetes-validate holds each object against
Kubernetes's own schemas, the oldest that the chart is for and the newest, and the operator's against crds.json.
"""

import functools
import json
import pathlib
import re
import sys

import helm_python as helm
import jsonschema
import kubernetes_validate.utils as kubernetes
import yaml

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
CHART = ROOT / "deploy/helm/rhombus-share-exporter"
RELEASE = {"name": "rhombus-share-exporter", "namespace": "monitoring"}
OLDEST = "1.28.0"

# It would read them anew for each object.
kubernetes.schema_contents = functools.cache(kubernetes.schema_contents)
OPERATOR = json.loads((HERE / "crds.json").read_text())


class Loader(yaml.SafeLoader):
    """Reads YAML in which no key is twice: Kubernetes would drop one of the two, or refuse both."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {twice}", node.start_mark)
        return super().construct_mapping(node, deep)


def faults(thing):
    """What Kubernetes, or the operator, would refuse in an object."""
    named = f"{thing['kind']} {thing['metadata']['name']}"
    try:
        if thing["apiVersion"].startswith("monitoring.coreos.com/"):
            jsonschema.validate(thing, OPERATOR)
            return []
        for version in (OLDEST, kubernetes.latest_version()):
            kubernetes.validate(thing, version, strict=True)
    except (jsonschema.ValidationError, kubernetes.SchemaNotFoundError) as error:
        return [f"{named}: {error.message}"]
    return []


def objects(manifests):
    """The objects in rendered templates."""
    texts = [text for path, text in manifests.items() if path.endswith(".yaml")]
    return [thing for text in texts for thing in yaml.load_all(text, Loader) if thing]


def read(path):
    return helm.values_from_yaml(path.read_text())


def written():
    """The values that documents tell to write, by where: a part of them goes with those of the smallest set."""
    for path in (CHART / "README.md", ROOT / "docs/deploy.md", ROOT / "docs/partners.md"):
        blocks = re.findall(r"^```yaml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
        chosen = [block for block in blocks if path.parent == CHART or block.startswith("# values.yml")]
        for number, block in enumerate(chosen):
            values = helm.values_from_yaml(block)
            if "config" not in values:
                values = read(HERE / "values/good/minimal.yml") | values
            yield f"{path.relative_to(ROOT)}, block {number}", values


def good(chart, values, **release):
    """What comes of values that are right."""
    try:
        manifests = chart.render(values, **(RELEASE | release))
    except helm.HelmError as error:
        return {"error": str(error)}
    try:
        things = objects(manifests)
    except yaml.YAMLError as error:
        return {"error": str(error)}
    report = helm.lint(str(CHART), values, namespace=RELEASE["namespace"], kube_version="v" + OLDEST)
    return {
        "manifests": manifests,
        "lint": [it["error"] for it in report["messages"] if it["severity"] > 1] + report["errors"],
        "faults": [fault for thing in things for fault in faults(thing)],
    }


def bad(chart, path, **release):
    """Why values are refused, or nothing."""
    try:
        chart.render(read(path), **(RELEASE | release))
    except helm.HelmError as error:
        return str(error)
    return None


def main():
    sets = {kind: sorted((HERE / "values" / kind).glob("*.yml")) for kind in ("good", "odd", "bad", "manifests")}
    with helm.Chart.load(str(CHART)) as chart:
        answer = {
            "good": {path.stem: good(chart, read(path)) for path in sets["good"]},
            "manifests": {path.stem: good(chart, read(path)) for path in sets["manifests"]},
            "written": {where: good(chart, values) for where, values in written()},
            # Names that YAML could take for something else.
            "odd": {path.stem: good(chart, read(path), name="123", namespace="456") for path in sets["odd"]},
            "bad": {path.stem: bad(chart, path) for path in sets["bad"]}
            | {"name-of-the-release": bad(chart, HERE / "values/good/minimal.yml", name="1.a")},
        }
    json.dump(answer, sys.stdout)


main()
