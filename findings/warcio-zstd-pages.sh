#!/usr/bin/env bash
# warcio hands out a page that came in zstd as the compressed bytes, as if they were the page: content_stream(), which by its
# page "automatically decompresses" the payload, knows gzip, deflate and br, and passes anything else on with no error. Nobody
# need have asked for zstd: requests asks by itself where Python is 3.14, or where any package brought backports.zstd in. So on
# the day of an update the archive of evidence, which capture_http fills, holds pages that no parser can read, while requests
# itself shows the same page whole; the digests agree. Ask for what the archive's reader knows (Accept-Encoding: gzip), or
# decode zstd by hand. warcio 1.8.1, requests 2.34.2, urllib3 2.8.0, backports.zstd 1.8.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check warcio==1.8.1 requests==2.34.2 urllib3==2.8.0 \
    'backports.zstd==1.8.0; python_version < "3.14"'
"$folder/venv/bin/python" - "$folder/pages.warc.gz" <<'PYTHON'
import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from warcio import ArchiveIterator
from warcio.capture_http import capture_http

import requests  # warcio wants it imported after its own

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PAGE = ("<html><body>" + "今天买的手机爆炸了，客服三天没有人理<br>" * 50 + "</body></html>").encode()
asked = []


class Site(BaseHTTPRequestHandler):
    """A server that compresses as it is asked to: /zstd in zstd, /gzip in gzip."""

    def do_GET(self):
        asked.append(self.headers["Accept-Encoding"])
        name = self.path[1:]
        body = {"zstd": zstd.compress, "gzip": gzip.compress}[name](PAGE)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Encoding", name)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=server.serve_forever, daemon=True).start()
with capture_http(sys.argv[1]):
    shown = {name: requests.get(f"http://127.0.0.1:{server.server_port}/{name}", timeout=10).content for name in ("gzip", "zstd")}
print("warcio", version("warcio"), "with requests", version("requests"), "which asks for", asked[0])
kept = {}
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, check_digests="raise"):
        if record.rec_type == "response":
            kept[record.rec_headers["WARC-Target-URI"].rpartition("/")[2]] = record.content_stream().read()
for name, content in kept.items():
    print(f"{name}: expected the page as requests shows it ({len(shown[name]):,} bytes, {PAGE[:8]!r}…),", end=" ")
    print(f"found {len(content):,} bytes, {content[:8]!r}…")
same = "zstd" in asked[0] and set(shown.values()) == {PAGE} and kept["gzip"] == PAGE
same = same and kept["zstd"] != PAGE and zstd.decompress(kept["zstd"]) == PAGE
raise SystemExit(0 if same else "zstd is read otherwise now")
PYTHON
