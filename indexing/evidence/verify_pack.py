"""Check this pack without the software that made it: python3 verify.py (Python 3.9 or newer, nothing else)."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WRONG: list[str] = []


def sha(data: bytes) -> str:
    """Return the digest."""
    return hashlib.sha256(data).hexdigest()


def check(holds: bool, what: str) -> None:
    """Say whether it holds."""
    print(("ok     " if holds else "WRONG  ") + what)
    if not holds:
        WRONG.append(what)


def load(name: str) -> Any:
    """Read a file of the pack."""
    return json.loads((HERE / name).read_bytes().decode("utf-8"))


def files() -> None:
    """Check every file against SHA256SUMS, as sha256sum -c does."""
    sums = (HERE / "SHA256SUMS").read_bytes().decode("utf-8")
    rows = {row[66:]: row[:64] for row in sums.split("\n") if row}
    check(sums.endswith("\n") and sorted(rows) == sorted(set(rows) & {p.name for p in HERE.iterdir()}), "all are there")
    for name, digest in sorted(rows.items()):
        check((HERE / name).is_file() and sha((HERE / name).read_bytes()) == digest, name + " is as it was packed")


def chain(name: str, place: Any) -> Any:
    """Check that the lines follow from each other, and that the first one speaks of this; return what it says."""
    lines = (HERE / (name + ".lines")).read_bytes().split(b"\n")[:-1]
    told, ends = [json.loads(line) for line in lines], [sha(line) for line in lines]
    pairs = zip(told[1:], told, ends)
    check(all(b["n"] == a["n"] + 1 and b["before"] == end for b, a, end in pairs), name + ": the lines are a chain")
    line, kept = told[0], load(name + ".line.json")
    content = kept["content"].encode("utf-8")
    check(line["n"] == place["n"], "the first one is line %d of %s" % (place["n"], place["writer"]))
    check(sha(bytes.fromhex(kept["salt"]) + content) == line["of"], "it speaks of this %s, at %s" % (name, line["at"]))
    if (HERE / (name + ".root.json")).is_file():
        root = load(name + ".root.json")
        heads = sorted(root["heads"], key=lambda head: str(head["writer"]))
        rows = ["%(writer)s %(first)d %(last)d %(digest)s" % head for head in heads]
        whole = sha("\n".join([root["day"], root["before"]] + rows).encode("utf-8"))
        check(whole == root["root"], "the root of %s is made of its heads" % root["day"])
        own = [head for head in heads if head["writer"] == place["writer"]]
        check([head["digest"] for head in own] == ends[-1:], "one of which is the last line here")
        print("note   compare with the root of %s that was published: %s" % (root["day"], root["root"]))
    return json.loads(content)


def main() -> int:
    """Check all of it."""
    files()
    pack = load("pack.json")
    said = {name: chain(name, place) for name, place in sorted(pack["chains"].items())}
    told, about = (HERE / "mention.json").read_bytes(), said["mention"]
    check(sha(told) == about["sha256"] and json.loads(told)["id"] == pack["mention"], "mention.json is what it says")
    for number, page in enumerate(pack["pages"]):
        received, entry = load(page + ".json"), said.get(page) or about["pages"][number]
        same = all(received[name] == entry[name] for name in ("sha256", "method", "url", "status", "fetched_at"))
        check(same and sha((HERE / (page + ".body")).read_bytes()) == entry["sha256"], page + " is what was received")
    print("\n".join("note   " + note for note in pack["notes"]))
    print("%d things are wrong" % len(WRONG) if WRONG else "all of it holds together")
    return 1 if WRONG else 0


if __name__ == "__main__":
    sys.exit(main())
