"""Verifies an exported audit trail, from the format of the file alone (docs/audit.md):
`python3 verify_audit.py EXPORT [--checkpoint FILE ...] [--public-key FILE]`

Needs Python 3.11 and the package `cryptography`. Exit status: 0 when nothing is wrong, 1 when something is, 2 when
a file can't be read. A checkpoint is a file of signed notes, or text with samples copied from Prometheus.
"""
import argparse, base64, functools, hashlib, json, re, sys
from datetime import datetime, timedelta
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_LINE_BYTES, LONGEST_WAIT = 1 << 20, timedelta(hours=2)  # for a seal, which comes each hour
NUMBER, TIME = "([1-9][0-9]{0,18})", r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)"
EVENT = re.compile(r'\{"seq":%s,"noticed":"%s".*\}' % (NUMBER, TIME), re.DOTALL)
DROPPED = re.compile(r'\{"dropped":%s,"hash":"([0-9a-f]{64})"\}' % NUMBER)
SEAL = re.compile(r'\{"seal":%s,"note":(".*")\}' % NUMBER, re.DOTALL)
NAME, BASE64 = r"[^\s\x00-\x1f+]+", "(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)"
NOTE = re.compile(r"(([^\x00-\x1f]+)\n(0|[1-9][0-9]{0,19})\n(%s)\n)\n((?:— %s %s\n){1,16})" % (BASE64, NAME, BASE64))
METRIC, LABEL = "rhombus_audit_checkpoint_info", r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"'
SAMPLE = re.compile(METRIC + r"\{((?:%s(?:, ?)?)*)\}[ \t]*(?:=>)?[ \t]*([0-9.eE+]+)(?:[ \t].*)?" % LABEL)

class Report: lines = dropped = seals = proved = signed = 0  # the last two: up to which line
def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()
def root_of(peaks): return functools.reduce(lambda right, left: sha256(b"\1", left, right), reversed(peaks))
def range_of(after, to): return "none" if to <= after else f"#{to}" if to == after + 1 else f"#{after + 1} to #{to}"

def expect(is_so, otherwise):
    if not is_so: raise ValueError(otherwise)

def decode(text):
    """What base64 stands for; nothing where it is not written in the one way in which it should be."""
    data = base64.b64decode(text, validate=True)
    return data if base64.b64encode(data).decode() == text else b""

def read_key(text):
    """A public key, which is written as `<name>+<key id>+<base64>`: its name, its id, the key."""
    name, key_id, data = text.strip().split("+", 2)
    data = decode(data)
    expected = sha256(name.encode(), b"\n", data)[:4]
    is_key = re.fullmatch(NAME, name) and len(data) == 33 and data[0] == 1
    expect(is_key and key_id == expected.hex(), "expected a public key as the exporter has written it")
    return name, expected, Ed25519PublicKey.from_public_bytes(data[1:])

def read_note(text, key, name="a checkpoint"):
    """The size and the root that a signed note states, if the key has signed it. Nobody asks that without a key."""
    note = NOTE.fullmatch(text)
    signatures = [(line.split(" ")[1], decode(line.split(" ")[2])) for line in (note[5].splitlines() if note else [])]
    is_note = signatures and int(note[3]) < 1 << 64 and all(data for _, data in signatures)
    expect(is_note and len(decode(note[4])) == 32, f"{name} is no signed checkpoint")
    ours = [data[4:] for signer, data in signatures if key and (signer, data[:4]) == key[:2]]
    try:
        for signature in ours:
            key[2].verify(signature, note[1].encode())
    except InvalidSignature:
        ours = []
    expect(not key or (ours and note[2] == key[0]), f"{name} is not signed by the public key that was given")
    return int(note[3]), decode(note[4])

def read_sample(text):
    """The size and the root that a sample states."""
    sample = SAMPLE.fullmatch(text)
    size, labels = (float(sample[4]), re.findall(LABEL, sample[1])) if sample else (-1, [])
    root = next((decode(value) for name, value in labels if name == "root"), b"")
    is_sample = 0 <= size <= 1 << 53 and size == int(size) and (len(root) == 32 or size == 0)
    expect(is_sample, f"expected a sample of {METRIC}: {text}")
    return int(size), root

def read_checkpoints(text, key):
    """The size and the root of each checkpoint in a file from outside."""
    samples = [line.strip() for line in text.split("\n") if line.strip().startswith(METRIC)]
    notes = [] if samples else re.split(r"\n\n+(?!— )", text.strip("\n"))
    checkpoints = [read_sample(sample) for sample in samples] + [read_note(note + "\n", key) for note in notes]
    expect(any(size for size, _ in checkpoints), "there is no checkpoint")
    return [(size, root) for size, root in checkpoints if size]

def read_line(line):
    """Of an event its number, hash and time, which is empty where it was dropped; of a seal its number and note."""
    text = line.decode()
    if event := EVENT.fullmatch(text):
        json.loads(text, parse_int=str, parse_float=str, parse_constant=int)  # no number is too large, NaN is none
        datetime.fromisoformat(event[2])
        return int(event[1]), sha256(b"\0", line), event[2]
    if dropped := DROPPED.fullmatch(text):
        return int(dropped[1]), bytes.fromhex(dropped[2]), ""
    expect(seal := SEAL.fullmatch(text), "no line of a trail")
    return int(seal[1]), json.loads(seal[2]).encode().decode(), None

def verify(file, key, checkpoints, report):
    """Reads the file once, and fills in the report until something is not as expected."""
    peaks, number, compared, sealed, first, last = [], 0, 0, 0, "~", ""
    while line := file.readline(MAX_LINE_BYTES):
        number, here, lines = number + 1, f"line {number + 1} of the file", report.lines
        try:
            expect(line.endswith(b"\n"), "cut off, or too long")
            count, content, time = read_line(line[:-1])
        except (ValueError, RecursionError):
            raise ValueError(f"{here} is altered or cut off: it is neither an event, nor a dropped one, nor a seal")
        if time is None:
            seal = f"{here}: seal {count}"
            expect(count == report.seals + 1, f"{seal} is where seal {report.seals + 1} should be")
            size, root = read_note(content, key, seal)
            expect(size == lines > sealed, f"{seal} is of {size} lines, but stands after {lines} and a seal of {sealed}")
            altered = range_of(min(compared, size - 1), size)
            expect(root == root_of(peaks), f"{seal} differs from the lines before it, somewhere in {altered}")
            report.seals, report.signed, compared, sealed, first, last = count, size if key else 0, size, size, "~", ""
            continue
        expect(count == lines + 1, f"{here} is #{count}, where #{lines + 1} should be: altered, moved or missing")
        report.lines, report.dropped = count, report.dropped + (time == "")
        lines, first, last = count, min(first, time), max(last, time)
        while count % 2 == 0:  # where two subtrees are of one size, they become one
            count, content = count // 2, sha256(b"\1", peaks.pop(), content)
        peaks.append(content)
        if lines in checkpoints:
            altered = f"a checkpoint from outside of {lines} lines differs, somewhere in {range_of(compared, lines)}"
            expect(checkpoints[lines] == {root_of(peaks)}, altered)
            compared = report.proved = lines
    lines, size = report.lines, max(checkpoints, default=0)
    expect(size <= lines, f"the end is missing: a checkpoint from outside is of {size} lines, and here are {lines}")
    expect(lines, "the file is empty")
    may_wait = first == "~" or first and datetime.fromisoformat(last) - datetime.fromisoformat(first) <= LONGEST_WAIT
    expect(sealed and may_wait, f"a seal is missing: {range_of(sealed, lines)} should be sealed, and are not")

def main(arguments=None):
    parser = argparse.ArgumentParser(description="Verifies an exported audit trail.")
    text = argparse.FileType("r", encoding="utf-8")
    parser.add_argument("export", type=argparse.FileType("rb"))
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", type=text)
    parser.add_argument("--public-key", metavar="FILE", type=text)
    asked, report, judgement, checkpoints = parser.parse_args(arguments), Report(), "YES", {}
    try:
        key = asked.public_key and read_key(asked.public_key.read())
        for file in asked.checkpoint:
            for size, root in read_checkpoints(file.read(), key):
                checkpoints.setdefault(size, set()).add(root)
    except (OSError, ValueError) as error:
        return print(f"a checkpoint or the public key can't be used: {error}", file=sys.stderr) or 2
    try:
        verify(asked.export, key, checkpoints, report)
    except OSError as error:
        return print(f"{asked.export.name} can't be read: {error}", file=sys.stderr) or 2
    except ValueError as wrong:
        judgement = f"NO: {wrong}"
    signed = max(report.signed, report.proved)
    print(f"{report.lines} lines, {report.dropped} of them dropped after their time, {report.seals} seals")
    print(f"proved by a checkpoint from outside: {range_of(0, report.proved)}")
    print("signed only by the exporter:", range_of(report.proved, signed) if key else "not known without its key")
    print(f"neither: {range_of(signed, report.lines)}\n{judgement}")
    return 0 if judgement == "YES" else 1

if __name__ == "__main__": sys.exit(main())
