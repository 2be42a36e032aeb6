#!/usr/bin/env bash
# zstandard, the package with which most of Python reads .zst, hands out the first frame of a file and drops the others without
# a word: decompress, decompressobj and read_to_iter give 1,000 of 3,000 lines where open and stream_reader, Python's own zstd,
# polars, pyarrow and DuckDB give all of them. A file to which each crawl adds its lines, or a pack that can be read in parts,
# has many frames (RFC 8878, 3: whoever decodes goes on with the next one). So a day read by the short call is its first window,
# and its counts look like those of a quiet day. The reference says that extra data is allowed by default;
# allow_extra_data=False at least raises, read_across_frames=True "is not yet implemented". Read through open. zstandard 0.25.0
# beside polars 2.1.0, pyarrow 26.0.1, duckdb 2.0.1, backports.zstd 1.8.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zstandard==0.25.0 polars==2.1.0 pyarrow==26.0.1 duckdb==2.0.1 \
    'backports.zstd==1.8.0; python_version < "3.14"'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars
import pyarrow
import zstandard

try:
    from compression import zstd
except ImportError:
    from backports import zstd

path = Path(sys.argv[1], "day.jsonl.zst")
windows = [
    "".join(json.dumps({"id": str(number), "text": "客服没人理"}, ensure_ascii=False) + "\n" for number in numbers).encode()
    for numbers in (range(1000), range(1000, 3000))
]
path.write_bytes(b"".join(zstandard.ZstdCompressor().compress(window) for window in windows))
packed, unpack = path.read_bytes(), zstandard.ZstdDecompressor


def lines(text):
    return text.count(b"\n")


found = {
    "zstandard.decompress": lines(zstandard.decompress(packed)),
    "ZstdDecompressor.decompress": lines(unpack().decompress(packed)),
    "ZstdDecompressor.decompressobj": lines(unpack().decompressobj().decompress(packed)),
    "ZstdDecompressor.read_to_iter": sum(map(lines, unpack().read_to_iter(packed))),
    "ZstdDecompressor.stream_reader": lines(unpack().stream_reader(packed).read()),
    "zstandard.open": lines(zstandard.open(path, "rt", encoding="utf-8").read().encode()),
    "Python's zstd": lines(zstd.decompress(packed)),
    "polars": polars.read_ndjson(path).height,
    "pyarrow": lines(pyarrow.input_stream(str(path), compression="detect").read()),
    "duckdb": duckdb.sql(f"SELECT count(*) FROM read_json('{path}')").fetchall()[0][0],
}
print(" ".join(f"{name} {version(name)}" for name in ("zstandard", "polars", "pyarrow", "duckdb")))
for name, count in found.items():
    print(f"{name}: expected 3000 lines, found {count}")
short = {name for name, count in found.items() if count == 1000}
same = short == {name for name in found if "decompress" in name.rpartition(".")[2] or name.endswith("read_to_iter")}
same = same and "Python's zstd" not in short and all(count == 3000 for name, count in found.items() if name not in short)
raise SystemExit(0 if same else f"read otherwise now: {found}")
PYTHON
