#!/usr/bin/env bash
# rensa's MinHash of one text with one seed is another one after an update, though the call is the same: what 0.3.0, 0.4.0 and
# 0.5.0 make of the same words has not one of 128 numbers in common, so that a similarity of 1 becomes 0. A pickle of 0.3.0 is taken
# by 0.4.0 and compares as 0 with no error, and 0.4.0's page says nothing of it; 0.5.0 refuses older pickles and its page says not to
# compare with older numbers, but numbers kept in an index or a table carry no version that could be refused. Whoever keeps them
# and updates finds no copy of anything said before that day: every repost begins a story of its own. A seed is not a promise over
# releases: hold a known text's numbers in a test. rensa 0.3.0, 0.4.0, 0.5.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat >"$folder/sign.py" <<'PYTHON'
import json
import pickle
import sys
from pathlib import Path

from rensa import RMinHash

version, folder = sys.argv[1], Path(sys.argv[2])
made = RMinHash(num_perm=128, seed=42)
made.update(["手机", "降价", "用户", "不满", "客服", "退还", "差价"])
(folder / f"{version}.json").write_text(json.dumps(list(made.digest())))
(folder / f"{version}.pickle").write_bytes(pickle.dumps(made))
if len(sys.argv) > 3:
    kept = pickle.loads((folder / f"{sys.argv[3]}.pickle").read_bytes())  # written by this script, one line above
    print(f"a pickle of {sys.argv[3]} read by {version}: expected similarity 1.0 or an error, found {kept.jaccard(made)}")
    raise SystemExit(0 if kept.jaccard(made) == 0.0 else "pickles of an older version are compared otherwise now")
PYTHON
earlier=()
for version in 0.3.0 0.4.0 0.5.0; do
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "rensa==$version"
    [ "$version" = 0.4.0 ] && earlier=(0.3.0) || earlier=()
    "$folder/venv/bin/python" "$folder/sign.py" "$version" "$folder" "${earlier[@]}"
done
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from itertools import combinations
from pathlib import Path

made = {version: json.loads(Path(sys.argv[1], f"{version}.json").read_text()) for version in ("0.3.0", "0.4.0", "0.5.0")}
same = {pair: sum(a == b for a, b in zip(*(made[one] for one in pair), strict=True)) for pair in combinations(made, 2)}
for (older, newer), equal in same.items():
    print(f"the same words, 128 numbers, seed 42, by rensa {older} and {newer}: expected 128 equal, found {equal}")
raise SystemExit(0 if set(same.values()) == {0} else "signatures outlive a release now")
PYTHON
