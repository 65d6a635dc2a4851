"""Holds values to a JSON Schema of draft 2020-12, in one process for all of them.

On stdin: {"schema": ..., "values": [...]}. On stdout, in their order: null for a value that the schema takes,
else why not. Patterns are expressions of ECMA-262, as an editor reads them, and not Python's.
"""

import json
import sys

import jsonschema
import regress

compiled = {}


def matches(pattern, text):
    if pattern not in compiled:
        compiled[pattern] = regress.Regex(pattern, "u")
    return compiled[pattern].find(text) is not None


def pattern(_validator, expected, value, _schema):
    if isinstance(value, str) and not matches(expected, value):
        yield jsonschema.ValidationError(f"{value!r} is not of the form")


asked = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(asked["schema"])
Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": pattern})
validator = Validator(asked["schema"])


def verdict(value):
    error = next(validator.iter_errors(value), None)
    return error and f"{error.json_path}: {error.message}"[:300]


json.dump([verdict(value) for value in asked["values"]], sys.stdout)
