"""A feed of pages that are made for people who are logged in: read where a browser received them, never crawled."""

from typing import ClassVar, NoReturn

from crawlers.spider import CannotCrawl, PlatformSpider

__all__ = ["BrowserSpider"]


class BrowserSpider(PlatformSpider):
    """Reads what a person's own browser received, and refuses to crawl."""

    needs = ""
    official: ClassVar[str]
    """The feed that crawls the platform by its official interface."""

    def first(self) -> NoReturn:
        """Refuse to crawl."""
        raise CannotCrawl(
            f"{self.job.feed}: is read out of what your own browser received (tingfeng import har FILE);"
            f" what can be crawled is {self.official}"
        )
