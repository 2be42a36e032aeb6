#!/usr/bin/env bash
# An fsspec transaction that is broken off leaves files behind, and which ones depends on the store: of open, pipe_file and
# put_file, a folder on disk keeps what was put, S3 keeps what was put and what was piped, memory keeps nothing. Its page says
# that all files are written at the end or none ("either all of the files get written, or none of them do"), and shows open
# alone. So a step that is tested on disk and in memory writes its manifest by pipe_file within the transaction, and on S3 the
# manifest of a killed run stands there without its data, and the next stage takes it up. s3fs's issue 705 was closed with "may
# not be clear from the documentation". Write through open, or write the manifest last. fsspec and s3fs 2026.9.0, moto 5.2.5,
# seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fsspec==2026.9.0 s3fs==2026.9.0 'moto[s3]==5.2.5' flask flask-cors
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import fsspec
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
address = "http://{}:{}".format(*server.get_host_and_port())
source = Path(sys.argv[1], "lines")
source.write_bytes(b"put")


def left(store, root):
    """Write three ways within a transaction that ends in an error; return what is there afterwards."""
    store.makedirs(root, exist_ok=True)
    try:
        with store.transaction:
            with store.open(f"{root}/opened", "wb") as file:
                file.write(b"opened")
            store.pipe_file(f"{root}/piped", b"piped")
            store.put_file(str(source), f"{root}/put")
            raise InterruptedError
    except InterruptedError:
        store.invalidate_cache()
        return sorted(name.rpartition("/")[2] for name in store.ls(root, detail=False))


print("fsspec", version("fsspec"), "s3fs", version("s3fs"))
s3 = fsspec.filesystem("s3", key="key", secret="secret", endpoint_url=address)
found = {
    "file": left(fsspec.filesystem("file"), f"{sys.argv[1]}/stage"),
    "memory": left(fsspec.filesystem("memory"), "/stage"),
    "s3": left(s3, "stage"),
}
server.stop()
for name, names in found.items():
    print(f"{name}: expected nothing of a transaction that was broken off, found {names}")
raise SystemExit(0 if found == {"file": ["put"], "memory": [], "s3": ["piped", "put"]} else "transactions end otherwise now")
PYTHON
