#!/usr/bin/env bash
# OpenCC's t2s changes texts that are simplified already: it takes 打坏 ("broke it") for the traditional spelling of 打坯.
# So a text must not be given to it unless some character of it is traditional. OpenCC 1.4.2, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opencc==1.4.2
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from opencc import OpenCC

print("opencc", version("opencc"))
written = "他把球打坏了，打火机也用坏了"
read = OpenCC("t2s").convert(written)
print(f"simplified: {written}\nt2s makes:  {read}")
raise SystemExit(0 if read == "他把球打坯了，打火机也用坏了" else "it leaves simplified text alone now")
PYTHON
