"""A brand's prior: learnt from its quiet weeks, mended by labels, applied as a version of its own, and taken back."""

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from config.brand import Brand
from config.settings import stage_root
from crawlers.post import Kind, Post, encode_post
from crawlers.storage import files
from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.store import Store
from indexing.mentions.corrections import Correction, correct
from indexing.mentions.index import index
from indexing.mentions.prior import FEWEST, NotEnough, learn, reference
from indexing.mentions.stream import bursts, engine_said, stream
from nlp.analyse import Analysis
from nlp.mention import Label, Mention, Sentiment, decode_mention
from nlp.priors import NoPrior, Prior, Priors, in_use, priors, put_in_use, withdraw
from nlp.sentiment import engine
from nlp.shift import Change, Reference, bbse, changed, em, mended, rlls
from tests.killing import Forked
from tingfeng import app

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WEEKS = {"since": NOW - timedelta(weeks=8), "until": NOW}
MODEL = engine("fast").model
MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]


def made(**named: object) -> Prior:
    given = {
        "brand": "acme",
        "model": MODEL,
        "method": "rlls",
        "at": NOW,
        "by": "小李",
        **WEEKS,
        "mentions": 900,
        "left_out": 0,
        "labels": 0,
        "shares": (0.2, 0.6, 0.2),
        "low": (0.1, 0.5, 0.1),
        "high": (0.3, 0.7, 0.3),
        "odds": (0.8, 3.0, 1.0),
        "power": 0.9,
        **named,
    }
    return Prior(**given)  # type: ignore[arg-type]


def answers(shares: tuple[float, float, float], count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Texts of a made-up world in which every class looks the same everywhere, and a classifier that is calibrated
    where the classes are as frequent as each other."""
    chance = np.random.default_rng(seed)
    labels = chance.choice(3, count, p=shares)
    seen = chance.normal(size=(count, 2)) + np.asarray([[-1.2, 0], [0, 1.2], [1.2, 0]])[labels]
    logits = -((seen[:, None] - np.asarray([[-1.2, 0], [0, 1.2], [1.2, 0]])) ** 2).sum(axis=2) / 2
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True), labels


def test_shares_of_a_stream_are_found_without_labels_where_classes_look_the_same() -> None:
    known = Reference.of(*answers((1 / 3, 1 / 3, 1 / 3), 6_000, 1))
    rows, _ = answers((0.1, 0.7, 0.2), 4_000, 2)
    for method in (em, bbse):
        assert method(rows, known) == pytest.approx((0.1, 0.7, 0.2), abs=0.04)
    held = rlls(rows, known)
    assert 0.45 < held[1] < 0.7, "held back: between what was known and what is there"
    assert rlls(rows, known, 1e-6) == pytest.approx(bbse(rows, known), abs=0.01)


def test_labels_of_texts_that_the_answers_chose_mend_the_odds() -> None:
    """Right however the texts are chosen by their answers, such as the sure negatives alone, which shares are not."""
    rows, labels = answers((0.1, 0.7, 0.2), 40_000, 3)
    chosen = np.flatnonzero(rows[:, 0] > 0.4)[:3_000]
    found = mended(rows[chosen], labels[chosen], Change(), (10.0, 10.0))
    assert np.log(np.asarray(found.odds)[:2]) == pytest.approx(np.log([0.1 / 0.2, 0.7 / 0.2]), abs=0.25)
    assert found.power == pytest.approx(1, abs=0.15)
    few = mended(rows[chosen][:5], labels[chosen][:5], Change(odds=(1, 2, 1)), (0.1, 0.1))
    assert few.odds == pytest.approx((1, 2, 1), abs=0.1), "a few labels hardly move what is held to be sure"


def test_a_change_keeps_probabilities() -> None:
    three = changed((0.6, 0.3, 0.1), Change(odds=(1.0, 3.0, 1.0)))
    assert sum(three) == pytest.approx(1)
    assert three == pytest.approx((0.375, 0.5625, 0.0625))
    flatter = changed((0.6, 0.3, 0.1), Change(power=0.5))
    assert 0.1 < flatter[2] < flatter[0] < 0.6


def test_the_engines_own_figures_follow_from_what_the_index_holds() -> None:
    for own in ((0.7, 0.2, 0.1), (0.2, 0.5, 0.3), (0.05, 0.15, 0.8)):
        label, best = max(zip(("negative", "neutral", "positive"), own, strict=True), key=lambda pair: pair[1])
        held = {"predicted": label, "probability": best, "score": own[2] - own[0]}
        assert engine_said(held) == pytest.approx(own)
        before = {"negative": own[0], "neutral": own[1], "positive": own[2]}
        assert engine_said({**held, "probability": 0.99, "before": before}) == pytest.approx(own)
    assert engine_said({}) is None


@pytest.fixture
def filled(emptied_store: Store, batch_of: BatchOf, mention_of: MentionOf) -> Store:
    """Seven hundred texts of thirty days, most of them neutral; in the midst a crisis day with 200 negative ones."""
    chance = np.random.default_rng(5)
    mentions = []
    for number in range(900):
        crisis = number >= 700
        three = (0.9, 0.07, 0.03) if crisis else tuple(chance.dirichlet((1.0, 4.0, 1.0)).tolist())
        label = ("negative", "neutral", "positive")[int(np.argmax(three))]
        day = NOW - timedelta(days=10 if crisis else 1 + number % 30, hours=number % 7)
        mention = mention_of(number, published_at=day, title=None)
        sentiment = Sentiment(
            label=Label(label), probability=max(three), score=three[2] - three[0], engine="fast", model=MODEL
        )
        mentions.append(replace(mention, sentiment=sentiment))
    index(batch_of(mentions), emptied_store)
    return emptied_store


def raise_alert(store: Store, began: datetime, ended: datetime | None) -> None:
    alert = {
        "@timestamp": began.isoformat(),
        "brand": "acme",
        "rule": "negative-burst",
        "began_at": began.isoformat(),
        "last_at": (ended or began).isoformat(),
        "state": "resolved" if ended else "firing",
        **({"resolved_at": ended.isoformat()} if ended else {}),
    }
    answer = send(store.client, [Action(operation="index", index=store.alias("alerts"), id="a.1", source=alert)])
    assert answer[0].done


def test_a_crisis_does_not_teach_that_its_words_are_usual(filled: Store) -> None:
    with_crisis = stream(filled, "acme", MODEL, **WEEKS)
    assert (with_crisis.mentions, with_crisis.left_out) == (900, 0)
    open_one = NOW - timedelta(days=11)
    raise_alert(filled, open_one, None)
    still = stream(filled, "acme", MODEL, **WEEKS)
    assert still.left_out > 200, "an alert that is still open has no end yet"
    assert still.bursts[0][1] >= NOW
    raise_alert(filled, open_one, NOW - timedelta(days=9))
    calm = stream(filled, "acme", MODEL, **WEEKS)
    assert 200 < calm.left_out < still.left_out
    assert calm.mentions == 900 - calm.left_out
    assert np.mean([three[0] for three in calm.said]) < np.mean([three[0] for three in with_crisis.said]) - 0.1


def test_the_oldest_of_very_many_bursts_teaches_no_more_than_the_newest(filled: Store) -> None:
    raise_alert(filled, NOW - timedelta(days=11), NOW - timedelta(days=9))
    later = (NOW - timedelta(days=1)).isoformat()
    one = {"@timestamp": later, "brand": "acme", "rule": "r", "began_at": later, "last_at": later, "state": "resolved"}
    index = filled.alias("alerts")
    send(filled.client, [Action(operation="index", index=index, id=f"b.{no}", source=one) for no in range(1_100)])
    first = bursts(filled, "acme", **WEEKS)[0]
    assert first == (NOW - timedelta(days=11), NOW - timedelta(days=9))


def test_a_prior_is_learnt_from_the_stream_and_mended_by_labels(filled: Store) -> None:
    raise_alert(filled, NOW - timedelta(days=11), NOW - timedelta(days=9))
    found = learn(filled, "acme", engine("fast"), by="小李", **WEEKS)
    assert (found.method, found.labels) == ("rlls", 0)
    assert found.shares[1] > 0.5, "most of the stream is neutral"
    assert found.low[1] < found.shares[1] < found.high[1]
    assert found.odds[1] > 1.1
    assert learn(filled, "acme", engine("fast"), by="小李", **WEEKS).odds == found.odds, "the same again"
    ids = [f"forum:post:bbs.example.com/topic/{n}:acme" for n in range(200)]
    assert correct(filled, [Correction(id=id, label="neutral", by="老王", at=NOW) for id in ids]) == []
    mended_one = learn(filled, "acme", engine("fast"), by="小李", **WEEKS)
    assert mended_one.method == "rlls+labels"
    assert 150 < mended_one.labels < 200, "those that measure never train"
    assert mended_one.odds[1] > 3 * found.odds[1], "people say that nearly everything is neutral"


def test_too_little_is_refused_with_what_is_needed(emptied_store: Store, filled: Store) -> None:
    late = {"since": NOW - timedelta(days=5), "until": NOW}
    with pytest.raises(NotEnough, match=rf"texts that .* on \d days: a prior takes {FEWEST} on 14 days.*--since 26w"):
        learn(filled, "acme", engine("fast"), by="li", **late)
    with pytest.raises(NotEnough, match="0 texts"):
        learn(filled, "nobody", engine("fast"), by="li", **WEEKS)
    unmeasured = SimpleNamespace(name="other", model=MODEL)
    with pytest.raises(NotEnough, match="was never measured, so that 30 labels are needed, and there are 0"):
        learn(filled, "acme", unmeasured, by="li", **WEEKS)


def test_shipped_engines_were_measured() -> None:
    for name in ("default", "fast"):
        known = reference(engine(name))
        assert known, f"{name}: other weights than nlp/models/shares.json speaks of: make it anew"
        assert sum(known.shares) == pytest.approx(1, abs=1e-4)


ACME = Brand(id="acme", name="Acme", query="acme")


def analysed(data: Path, window: str) -> list[Mention]:
    posts = Batch(stage="posts", feed="rss", query="q-1", window=window)
    if not posts.manifest():
        with posts.write() as writer:
            for number, text in enumerate(("Acme 发布会明天举行", "Acme 太差了, 退货", "Acme 真好用")):
                post = Post(
                    platform="rss",
                    feed="rss",
                    site="example.com",
                    kind=Kind.POST,
                    native_id=str(number),
                    url="https://example.com/1",
                    text=text,
                    published_at=NOW,
                    fetched_at=NOW,
                    query="q",
                    run_id="r",
                )
                writer.add(encode_post(post))
    Analysis([ACME], "fast").of(posts)
    return [decode_mention(line) for line in posts.to("mentions").lines()]


def test_a_prior_is_a_version_and_can_be_taken_back(data: Path) -> None:
    before, version = analysed(data, "20261121T080000Z"), Analysis([ACME], "fast").version
    put_in_use(made())
    with_prior = Analysis([ACME], "fast").version
    assert with_prior != version
    after = analysed(data, "20261121T080000Z")
    assert {one.analysis for one in after} == {with_prior}
    for one, other in zip(before, after, strict=True):
        assert one.sentiment.before is None
        assert other.sentiment.before, "what the engine itself said stays on record"
        own = engine_said(
            {"predicted": one.sentiment.label, "probability": one.sentiment.probability}
            | {"score": one.sentiment.score}
        )
        assert other.sentiment.before == pytest.approx(own, abs=1e-4)
        three = changed(own or (0, 0, 0), made().change)
        assert other.sentiment.probability == pytest.approx(max(three), abs=1e-4)
    assert withdraw("acme") is None
    assert Analysis([ACME], "fast").version == version
    assert [one.sentiment for one in analysed(data, "20261121T080000Z")] == [one.sentiment for one in before]


def test_the_brands_own_neutral_keeps_its_meaning(data: Path) -> None:
    from nlp.reader import Reader

    reading = Reader(engine("fast")).read(["Acme 发布会明天举行"])[0]
    label, probability, _ = reading.best(0.5)
    negative, neutral, positive = reading.sentiment
    assert probability == pytest.approx(max(negative, neutral / 2, positive) / (1 - neutral / 2), abs=1e-5)
    both = reading.best(0.5, Change(odds=(1.0, 2.0, 1.0)))
    assert both[1] == pytest.approx(reading.best()[1], abs=1e-5), "twice, then halved"
    assert label in ("negative", "neutral", "positive")


def test_every_prior_stays_on_record_and_another_models_stays_out(data: Path) -> None:
    first, second = made(), made(odds=(1.0, 2.0, 1.0), by="老王")
    put_in_use(first)
    put_in_use(second)
    assert [one.id for one in priors("acme").known] == [first.id, second.id]
    assert priors("acme").now == second
    assert withdraw("acme", first.id) == first
    with pytest.raises(NoPrior, match=f"never had a prior 'x'; there are: {first.id}, {second.id}"):
        withdraw("acme", "x")
    plain = Analysis([ACME], "snownlp").version
    withdraw("acme")
    assert Analysis([ACME], "snownlp").version == plain, "learnt from fast's answers, it says nothing of snownlp's"
    with pytest.raises(NoPrior, match="nothing to withdraw"):
        withdraw("acme")
    with pytest.raises(NoPrior, match="say who"):
        put_in_use(made(by=" "))
    (data / "priors" / "acme" / "20990101T000000000000Z-x.json").write_text("{", encoding="utf-8")
    with pytest.raises(NoPrior, match="x.json: cannot be read"):
        priors("acme")


def test_two_people_at_once_lose_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, real = threading.Barrier(2, timeout=10), files.replace

    def together(path: str, content: bytes) -> None:
        both.wait()  # each has read what was there before the other writes
        real(path, content)

    monkeypatch.setattr("nlp.priors.files.replace", together)
    given = [made(), made(odds=(1.0, 2.0, 1.0), by="老王")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(put_in_use, given))
    found = priors("acme")
    assert {one.id for one in found.known} == {one.id for one in given}
    assert found.used == found.known[-1].id


def test_what_an_earlier_tingfeng_kept_is_read_and_goes_on(data: Path) -> None:
    old = made()
    files.replace(f"{stage_root()}/priors/acme.json", msgspec.json.encode(Priors(known=(old,), used=old.id)))
    assert priors("acme").now == old
    new = made(odds=(1.0, 2.0, 1.0))
    put_in_use(new)
    assert priors("acme") == Priors(known=(old, new), used=new.id)
    assert withdraw("acme", old.id) == old == in_use(["acme", "other"], old.model)["acme"]


def test_a_kill_leaves_the_prior_before_or_the_new_one(data: Path) -> None:
    put_in_use(made())
    imports = "from nlp.priors import put_in_use\nfrom tests.test_priors import made"
    work = "put_in_use(made(odds=(1.0, 5.0, 1.0)))"
    new = made(odds=(1.0, 5.0, 1.0))
    seen = set()
    with Forked(imports, work) as forked:
        for step in range(20):
            ended = forked.run(step) == 0
            now = priors("acme").now
            assert now in (made(), new)
            seen.add(now)
            if ended:
                break
            shutil.rmtree(data / "priors")
            put_in_use(made())
    assert seen == {made(), new}


def test_the_commands(data: Path, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "config" / "brands"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text("name: 小米\nquery: 小米\nneutral: 0.7\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda **_: filled)
    run = CliRunner().invoke
    assert "No prior yet" in run(app, ["sentiment", "prior", "--brand", "小米"]).output
    since = ["--since", "2026-09-01"]
    shown = run(app, ["sentiment", "learn", "--brand", "小米", "--by", "小李", "--dry-run", *since])
    assert "Nothing was changed" in shown.output, shown.output
    assert not priors("acme").known
    learnt = run(app, ["sentiment", "learn", "--brand", "小米", "--by", "小李", *since])
    assert learnt.exit_code == 0, learnt.output
    assert "tingfeng backfill --brand 小米" in learnt.output
    listed = run(app, ["sentiment", "prior", "--brand", "小米"]).output
    assert priors("acme").used in listed  # type: ignore[operator]
    assert "`neutral: 0.7` in the brand's file multiplies" in listed
    assert "No prior is in use" in run(app, ["sentiment", "withdraw", "--brand", "小米"]).output
    assert "None of them is in use" in run(app, ["sentiment", "prior", "--brand", "小米"]).output
