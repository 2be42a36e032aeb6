#!/usr/bin/env bash
# The helper `scan` promises an error when a part of the index cannot be searched (raise_on_error is its default), and looks at
# `_shards` only on pages that hold a hit. Where the shards that do answer have nothing to find, the failed ones go unseen:
# no error, no warning, an empty result, as if there were nothing. Whoever asks for one customer's or one day's documents, which
# lie in one shard of several, is told "none" while that shard is away, and then deletes, links or reports by that.
# A look at the first answer's `_shards` before its hits would tell. elasticsearch 8.19.3, seen 2026-12-01, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check elasticsearch==8.19.3
"$folder/venv/bin/python" - <<'PYTHON'
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from elasticsearch import Elasticsearch, helpers

warned = []
logging.getLogger("elasticsearch.helpers").addHandler(type("Kept", (logging.Handler,), {"emit": lambda _, r: warned.append(r)})())
hits = []


class OneShardAway(BaseHTTPRequestHandler):
    """A cluster of two shards of which one fails, in the words in which Elasticsearch says so."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        first = self.path.startswith("/posts/")
        gone = {"shard": 1, "index": "posts", "reason": {"type": "no_shard_available_action_exception", "reason": "away"}}
        self.say({
            "_scroll_id": "s1", "took": 1, "timed_out": False,
            "_shards": {"total": 2, "successful": 1, "skipped": 0, "failed": 1, "failures": [gone]},
            "hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits if first else []},
        })

    def do_DELETE(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say({"succeeded": True, "num_freed": 1})

    def say(self, what):
        answer = json.dumps(what).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "application/json"), ("X-Elastic-Product", "Elasticsearch")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), OneShardAway)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Elasticsearch(f"http://127.0.0.1:{server.server_port}")


def scanned():
    warned.clear()
    try:
        return f"{len(list(helpers.scan(client, index='posts', query={'query': {'term': {'customer': 'C1'}}})))} hits, no error"
    except helpers.ScanError as error:
        return f"ScanError: {error}"


print("elasticsearch", version("elasticsearch"))
print("one of two shards fails; expected in both cases: ScanError")
hits[:] = [{"_index": "posts", "_id": "1", "_source": {}}]
with_a_hit = scanned()
hits.clear()
without, silent = scanned(), not warned
print(f"the other shard has a hit: {with_a_hit}")
print(f"the other shard has none: {without}, warnings: {len(warned)}")
raise SystemExit(0 if with_a_hit.startswith("ScanError") and without == "0 hits, no error" and silent else "scan tells now")
PYTHON
