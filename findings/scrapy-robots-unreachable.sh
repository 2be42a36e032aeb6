#!/usr/bin/env bash
# Scrapy with ROBOTSTXT_OBEY = True crawls a site that could not say what it forbids: where robots.txt answers 500 or 503 it
# takes the error page for a file without rules, and where the connection breaks it logs an error, and goes on either way. RFC
# 9309 (2.3.1.4) says that a crawler then "MUST assume complete disallow", and Python's own urllib.robotparser refuses. A forum
# in trouble answers so first of all for its small files, so it is crawled against its rules exactly while it is overloaded, by
# crawlers whose owners have it in writing that they obey. Its page on the middleware names parsers and no status. Ask for
# robots.txt yourself and look at the status. scrapy 2.19.0, protego 0.7.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scrapy==2.19.0 protego==0.7.0
"$folder/venv/bin/python" - <<'PYTHON'
import threading
import urllib.robotparser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import scrapy
from scrapy.crawler import CrawlerProcess

AGENT = "listener"


class Forum(BaseHTTPRequestHandler):
    """A forum that answers to /robots.txt with the status that it was made with; 0 hangs up."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status = self.server.status if self.path == "/robots.txt" else 200
        if not status:
            self.close_connection = True
            return
        body = b"User-agent: *\nDisallow: /\n" if status == 200 else b"<html>busy</html>"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(status):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Forum)
    server.status, server.asked = status, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def standard_library(server):
    rules = urllib.robotparser.RobotFileParser(f"http://127.0.0.1:{server.server_port}/robots.txt")
    rules.read()
    return rules.can_fetch(AGENT, f"http://127.0.0.1:{server.server_port}/thread-1.html")


class Reader(scrapy.Spider):
    """Asks each forum for one thread."""

    name = "reader"

    async def start(self):
        for server in FORUMS.values():
            yield scrapy.Request(f"http://127.0.0.1:{server.server_port}/thread-1.html")

    def parse(self, response):
        pass


FORUMS = {status: serve(status) for status in (200, 404, 500, 503, 0)}
print("scrapy", version("scrapy"), "protego", version("protego"))
settings = {"ROBOTSTXT_OBEY": True, "USER_AGENT": AGENT, "LOG_ENABLED": False, "RETRY_TIMES": 1, "TELNETCONSOLE_ENABLED": False}
process = CrawlerProcess(settings)
process.crawl(Reader)
process.start()
found = {status: "/thread-1.html" in server.asked for status, server in FORUMS.items()}
for status, read in found.items():
    said = f"answers {status}" if status else "breaks the connection"
    beside = f"; urllib.robotparser reads it: {standard_library(FORUMS[status])}" if status else ""
    print(f"robots.txt {said}: expected that the thread is read: {status == 404}, scrapy reads it: {read}{beside}")
same = found == {200: False, 404: True, 500: True, 503: True, 0: True}
same = same and [standard_library(FORUMS[status]) for status in (200, 404, 500, 503)] == [False, True, False, False]
raise SystemExit(0 if same else f"obeyed otherwise now: {found}")
PYTHON
