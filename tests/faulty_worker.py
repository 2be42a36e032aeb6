"""A crawling process that goes wrong as a target's query says; the tests of many crawls in one process start it.

…hangs…   reading a page never ends
…dies…    reading a page ends the process
…gone…    the process ends while nothing is being read
"""

import os
import signal
from typing import Any

from crawlers.network import worker
from crawlers.page import Page, Request, Response
from crawlers.platforms.weibo_search import WeiboSearch


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Faulty(WeiboSearch):
    def parse_page(self, response: Response) -> Page:
        while "hangs" in self.job.query:
            pass
        if "dies" in self.job.query:
            _end()
        return super().parse_page(response)

    def after(self, request: Request) -> Request:
        if "gone" in self.job.query:
            _end()
        return super().after(request)


def _spider_of(_feed: str) -> Any:
    return _Faulty


if __name__ == "__main__":
    vars(worker)["spider_of"] = _spider_of
    worker.main()
