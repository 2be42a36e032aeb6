#!/usr/bin/env bash
# The bulk helpers' max_retries retries no rejected document unless raise_on_error is turned off: with its default the helper
# raises BulkIndexError at the first answer that holds a 429, and nothing of it is sent again. Their documents say that a
# document rejected with 429 is sent again up to max_retries times and do not say that the other argument comes first.
# Whoever writes `bulk(client, posts, max_retries=5)` loses the rejected posts of a busy cluster, and with them whatever came
# after that batch. Open since 2018 (github.com/elastic/elasticsearch-py issue 864). elasticsearch 8.19.3, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check elasticsearch==8.19.3
"$folder/venv/bin/python" - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from elasticsearch import Elasticsearch, helpers

sent = []


class Busy(BaseHTTPRequestHandler):
    """A server that rejects the second document of the first request with 429, and takes whatever comes later."""

    def do_PUT(self):
        lines = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
        ids = [json.loads(line)["index"]["_id"] for line in lines[::2]]
        sent.append(ids)
        rejected = {"type": "es_rejected_execution_exception", "reason": "queue is full"}
        items = []
        for place, name in enumerate(ids):
            full = place == 1 and len(sent) == 1
            said = {"_index": "posts", "_id": name, "status": 429 if full else 201}
            items.append({"index": said | ({"error": rejected} if full else {})})
        errors = any("error" in item["index"] for item in items)
        answer = json.dumps({"took": 1, "errors": errors, "items": items}).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("X-Elastic-Product", "Elasticsearch")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Elasticsearch(f"http://127.0.0.1:{server.server_port}")


def requests(**more):
    sent.clear()
    posts = [{"_index": "posts", "_id": name, "_source": {"text": name}} for name in "abc"]
    try:
        helpers.bulk(client, posts, max_retries=3, initial_backoff=0.01, **more)
        how = "all taken"
    except helpers.BulkIndexError as error:
        how = f"BulkIndexError: {error}"
    return [*sent], how


print("elasticsearch", version("elasticsearch"))
print("expected in both cases: [['a', 'b', 'c'], ['b']], all taken")
found = {off: requests(**({"raise_on_error": False} if off else {})) for off in (False, True)}
for off, (batches, how) in found.items():
    print(f"raise_on_error {'off' if off else 'by default'}: requests {batches}, {how}")
same = found[False][0] == [["a", "b", "c"]] and "BulkIndexError" in found[False][1]
same = same and found[True] == ([["a", "b", "c"], ["b"]], "all taken")
raise SystemExit(0 if same else "the helper retries otherwise now")
PYTHON
