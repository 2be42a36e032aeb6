"""The pages that a post points to: from HTML and from words, each in one form."""

import pytest

from crawlers.reading.links import links_of

WEIBO = "https://m.weibo.cn/detail/1"


@pytest.mark.parametrize(
    ("markup", "links"),
    [
        ('看这个<a href="https://weibo.cn/sinaurl?u=https%3A%2F%2Fitem.jd.com%2F100.html%3Futm_source%3Dwb">网页链接</a>',
         ("https://item.jd.com/100.html",)),
        ('<a href="http://t.cn/A6abc" data-hide=""><span class="surl-text">网页链接</span></a>', ("http://t.cn/A6abc",)),
        ("看视频t.cn/A6abc 好", ("https://t.cn/A6abc",)),
        ("链接：https://Example.com/a?b=2&a=1#top。好", ("https://example.com/a?a=1&b=2",)),
        ("（https://example.com/x）和https://example.com/x", ("https://example.com/x",)),
        ("<a href=https://example.com/a&amp;b=1>x</a>", ("https://example.com/a&b=1",)),
        ('<a href="https://example.com/?a=1&region=2&copy=3&amp;times=4">x</a>',
         ("https://example.com/?a=1&copy=3&region=2&times=4",)),
        ("https://example.com/?timestamp=1&timestamp=2&section=3", ("https://example.com/?section=3&timestamp=1&timestamp=2",)),
        ('<a href="/n/某人">@某人</a> <a href="https://s.weibo.com/weibo?q=x">#x#</a>', ()),
        ('<a href="https://link.zhihu.com/?target=https%3A//sspai.com/post/1">x</a>', ("https://sspai.com/post/1",)),
        ('<a href="https://tieba.baidu.com/f?kw=%B4%F3%D6%DA">大众吧</a>', ("https://tieba.baidu.com/f?kw=%B4%F3%D6%DA",)),
        ('<a href="https://link.zhihu.com/?target=https%3A//tieba.baidu.com/f%3Fkw%3D%D0%A1%C3%D7">x</a>',
         ("https://tieba.baidu.com/f?kw=%D0%A1%C3%D7",)),
        ('<a href="https://link.zhihu.com/?target=https%253A%252F%252Ftieba.baidu.com%252Ff%253Fkw%253D%25B4%25F3%25D6%25DA">x</a>',
         ("https://tieba.baidu.com/f?kw=%B4%F3%D6%DA",)),
        ('<a href="javascript:alert(1)">x</a> <a href="mailto:a@example.com">y</a> <a href="http://[::1">z</a>', ()),
        ("https://me:secret@example.com:443/x?tag=b&tag=a", ("https://example.com/x?tag=a&tag=b",)),
        ("ftp://example.com/x 与 http://localhost/x", ()),
    ],
)  # fmt: skip
def test_links_are_read_in_one_form(markup: str, links: tuple[str, ...]) -> None:
    assert links_of(markup, WEIBO, own=("weibo.cn", "weibo.com")) == links


def test_a_sites_own_links_do_not_count_and_those_of_its_namesakes_do() -> None:
    text = "https://m.example.com/a https://bbs.example.com/b https://notexample.com/c https://example.com.cn/d"
    assert links_of(text, "https://www.example.com/post/1") == ("https://notexample.com/c", "https://example.com.cn/d")


def test_twenty_links_at_most_and_no_endless_one() -> None:
    many = " ".join(f"https://example.com/{n}" for n in range(50))
    assert len(links_of(many, WEIBO)) == 20
    assert links_of(f"https://example.com/{'x' * 5_000}", WEIBO) == ()


@pytest.mark.parametrize("piece", ["<a ", '<a href="', "https://", "<", "t.cn/", "https://a.b?" + "u=" * 9])
def test_a_hostile_text_takes_linear_time(piece: str) -> None:
    """A million characters would take hours if the time grew with the square."""
    assert len(links_of(piece * (1_000_000 // len(piece)), WEIBO)) <= 20
