"""Sentiment where the brand is: windows around its names, joined; the post's own mood beside it."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.brand import Brand
from crawlers.post import Kind, Post
from indexing.mentions.document import analysis_part
from nlp.classifier.emoji import emoticons
from nlp.mention import Label, MatchedBy, Mention, decode_mention, encode_mention
from nlp.mentions import Analyser
from nlp.reader import Reader
from nlp.sentiment import engine
from nlp.stance.polarity import lexicon
from nlp.stance.scene import SentimentTarget, scene
from nlp.stance.windows import LONGEST, MOST, join, weights, windows
from nlp.training import emoji
from nlp.training.corpora import Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GREE = Brand(id="gree", name="格力", query="格力", words=("大松",))
GRIEF = "孩子昨夜又烧到三十九度，我抱着他在走廊里坐到天亮，看他难受得直哭，我也跟着掉眼泪，心里堵得慌，什么都做不了。"


@pytest.fixture(scope="module", params=["fast", "default"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return Reader(engine(request.param))


def post(text: str) -> Post:
    return Post(
        platform="weibo", feed="weibo_search", kind=Kind.POST, native_id="1", url="https://example.org/1", text=text,
        published_at=NOW, fetched_at=NOW, query="q", run_id="r",
    )  # fmt: skip


def mention(reader: Reader, text: str, brand: Brand = GREE) -> Mention:
    analyser = Analyser([brand], reader, frozenset(), "v")
    [found] = analyser.mentions([(post(text), {brand.id: (MatchedBy.QUERY, ())})])
    return found


def cut(text: str, target: str = "格力") -> list[str]:
    return [one.said for one in windows(scene(text, SentimentTarget.of(target)), lexicon())]


def test_grief_about_a_child_is_not_the_air_conditioners(reader: Reader) -> None:
    found = mention(reader, f"{GRIEF}格力空调特别好用，强烈推荐。{GRIEF}")
    assert (found.mood, found.sentiment.label) == (Label.NEGATIVE, Label.POSITIVE)
    assert found.sentiment.target == "格力"
    assert 1 / 3 < (found.mood_probability or 0) <= 1


def test_a_brand_in_the_middle_of_a_long_post_is_read(reader: Reader) -> None:
    matter = (
        "早上七点起床，坐地铁到公司，上午开了两个会，下午整理表格，六点半下班，去超市买了鸡蛋和青菜，回家做饭。" * 6
    )
    texts = [f"{matter}{said}{matter}" for said in ("格力空调质量太差了，又坏了。", "格力空调特别好用，强烈推荐。")]
    assert [mention(reader, text).sentiment.label for text in texts] == ["negative", "positive"]


@pytest.mark.parametrize(
    "said", ["格力空调太好用了，推荐", f"{GRIEF}格力空调制冷很快，很满意。{GRIEF}", "格力不如美的"]
)
def test_predict_and_the_pipeline_answer_the_same(said: str, reader: Reader) -> None:
    [asked] = reader.read([said], [SentimentTarget.of("格力")])
    found = mention(reader, said).sentiment
    assert (found.label, found.probability, found.score) == asked.best()
    assert (found.target, found.why) == (asked.target, asked.why)


def test_a_nickname_has_its_window_too(reader: Reader) -> None:
    found = mention(reader, f"{GRIEF}大松电饭煲特别好用，强烈推荐给大家。{GRIEF}")
    assert found.sentiment.label == Label.POSITIVE


def test_a_short_post_is_one_window_and_a_long_one_has_few() -> None:
    assert cut("格力很好，我喜欢") == ["格力很好,我喜欢"]
    assert cut(f"{GRIEF}格力空调很快。{GRIEF}") == ["格力空调很快。"]
    many = cut("今天去看了格力的新店，什么都没买。" * 90)
    assert len(many) == MOST
    assert all("格力" in one and len(one) <= 2 * LONGEST for one in many)


def test_a_window_goes_on_with_what_speaks_of_the_same() -> None:
    text = f"{GRIEF}买了格力空调。它制冷很快。质量也好。我妈今天来了。"
    assert cut(text) == ["买了格力空调。它制冷很快。质量也好。"]


def test_text_without_any_sentence_end_is_cut_about_the_name() -> None:
    [one] = cut("这一天过得" * 150 + "格力" + "那一天过得" * 150)
    assert "格力" in one
    assert len(one) <= 2 * LONGEST


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["格力", "美的", "，", " ", "。", "!", "但是", "好用", "孩子发烧", "很长的一句话" * 4]),
        max_size=40,
    )
)
def test_any_post_has_its_windows(pieces: list[str]) -> None:
    """A long sentence may begin with a comma or a blank: then its first clause continues nothing."""
    clauses = (
        "，所以想卖了",
        "原盒格力包装都在",
        "如果是本地的来看最好",
        "几乎全新没怎么用过",
        "发票单据和保修卡也齐全",
    )
    for text in (
        "".join(pieces),
        "，".join(
            (*clauses, "格力给的一样不少", "有意思的联系我", "价格可以再谈", "先到先得，非诚勿扰，谢谢大家帮忙转发一下")
        ),
    ):
        found = windows(scene(text, SentimentTarget(target="格力", names=("格力",), others=("美的",))), lexicon())
        assert len(found) <= MOST
        assert "格力" not in text or (found and all(one.named for one in found))


def test_a_brand_in_the_middle_of_a_post_longer_than_is_read_is_read(reader: Reader) -> None:
    matter = "上午开了两个会，下午整理表格，六点半下班，去超市买了鸡蛋和青菜，回家做饭。" * 200
    for said, label in (("格力空调质量太差了，又坏了。", "negative"), ("格力空调特别好用，强烈推荐。", "positive")):
        assert mention(reader, f"{matter}{said}{matter}").sentiment.label == label


def test_an_opinion_outweighs_its_absence_and_what_follows_a_turn_most() -> None:
    told = [scene(text, SentimentTarget.of("格力")) for text in ("格力在左边", "格力太差")]
    found = [(0.05, 0.9, 0.05), (0.9, 0.05, 0.05)]
    negative, neutral, positive = join(found, weights(found, told))
    assert negative > neutral > positive
    assert negative + neutral + positive == pytest.approx(1)


def test_a_mention_of_before_has_no_mood() -> None:
    new = encode_mention(mention(Reader(engine("fast")), "格力不错"))
    old = msgspec.json.decode(new)
    assert old.pop("mood") == "positive"
    assert old.pop("mood_probability") > 1 / 3
    read = decode_mention(msgspec.json.encode(old))
    assert (read.mood, read.mood_probability) == (None, None)
    assert "mood" not in analysis_part(read, NOW)
    assert analysis_part(decode_mention(new), NOW)["mood"] == "positive"


def test_emoji_and_weibos_own_emoticons_say_the_same(reader: Reader) -> None:
    assert emoticons("五菱🤮🤮🤮 👍🏽") == "五菱[吐][吐][吐] [赞]"
    one, other = reader.read(["五菱🤮🤮🤮", "五菱[吐][吐][吐]"], [SentimentTarget.of("五菱")] * 2)
    assert one == other
    assert one.best()[0] == "negative"


def test_an_emojis_emoticon_is_learnt_from_its_use() -> None:
    def rows(sign: str, labels: list[int]) -> list[Row]:
        return [
            Row(corpus="made", part="train", text=f"{sign}{n}", labels={"smp": label}) for n, label in enumerate(labels)
        ]

    made = rows("[哼]", [0] * 40) + rows("[嘻嘻]", [2] * 40) + rows("😏", [2] * 20) + rows("👿", [1] * 30)
    proposed = {"😏": ["[哼]", "[嘻嘻]"], "👿": ["[哼]", "[嘻嘻]"], "😀": ["[嘻嘻]", "[哼]"]}
    assert emoji.learn(made, proposed) == {"😏": "[嘻嘻]", "😀": "[嘻嘻]"}, "👿 is used as neither, 😀 by nobody"
    assert all(emoji.proposals().values())
