"""The pictures of a post's HTML are told, whole and in order; emoticons, faces and counting pixels are none."""

import pytest

from crawlers.reading.picture_links import pictures_of

PAGE = "https://bbs.example.org/topic/3/x"


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<p>看<img src="/uploads/1.jpg" alt="屏幕"></p>', ["https://bbs.example.org/uploads/1.jpg"]),
        ("<IMG SRC='//cdn.example.org/2.png'>", ["https://cdn.example.org/2.png"]),
        (
            '<img src="data:image/gif;base64,R0" data-src="3.webp?a=1&amp;b=2">',
            ["https://bbs.example.org/topic/3/3.webp?a=1&b=2"],
        ),
        (
            '<img data-original="https://a.example/large.jpg" src="https://a.example/small.jpg">',
            ["https://a.example/large.jpg"],
        ),
        ('<img src=https://a.example/4.jpg><img src="https://a.example/4.jpg"/>', ["https://a.example/4.jpg"]),
        ('<img class="emoji emoji-android" alt="😀" src="https://a.example/e.png">', []),
        ('<span class="url-icon"><img alt="[偷笑]" src="https://a.example/d_touxiao.png"></span>', []),
        ('<img class="not-responsive emoji" alt=":heart:" src="/plugins/heart.png">', []),
        ('<img class="avatar" src="/face.png"><img width="1" height="1" src="https://count.example/p.gif">', []),
        ('<img src="https://a.example/5.jpg?a=1&region=2">', ["https://a.example/5.jpg?a=1&region=2"]),
        ('<img src="https://[half"><img src="javascript:x"><img>', []),
        ("一张图也没有 &lt;img src=x&gt;", []),
    ],
)
def test_which_pictures_a_text_has(markup: str, found: list[str]) -> None:
    assert list(pictures_of(markup, PAGE)) == found


def test_no_more_than_thirty_are_told() -> None:
    markup = "".join(f'<img src="/{number}.jpg">' for number in range(40))
    assert pictures_of(markup, PAGE)[-1] == "https://bbs.example.org/29.jpg"
