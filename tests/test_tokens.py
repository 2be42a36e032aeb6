"""A token goes to the feed's own host, in a header or where the platform takes it, and nowhere else is it written."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from config.brand import Target
from config.load import ConfigError
from crawlers.engine.run import crawl
from crawlers.network.report import Verdict
from tests.crawl_server import Said, serving

TOKEN = "a-secret|token/of-ours"
QUERY = "MzAwMDAwMDAwMA=="


@pytest.fixture
def platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config" / "platforms"
    folder.mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    return folder


def never_written(folder: Path) -> bool:
    written = [path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()]
    return bool(written) and not any(b"of-ours" in content for content in written)


def test_a_token_goes_in_a_header_to_its_host_alone(
    platforms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (platforms / "x_search.yaml").write_text("token_env: X_TOKEN\n")
    with pytest.raises(ConfigError, match=r"x_search.yaml:1: token_env: X_TOKEN is not set: export it"):
        crawl(Target(feed="x_search", query="星河手机"), "w1")
    monkeypatch.setenv("X_TOKEN", TOKEN)

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        if "elsewhere" in path and "again" not in path:
            return Said(
                status=302, headers={"Location": f"{server.url.replace('127.0.0.1', 'localhost')}/again?elsewhere"}
            )
        if "broken" in path:
            return Said(body=b'{"no JSON": "\n' + TOKEN.encode() + b'"}')
        if "expired" in path:
            return Said(status=401, body=b'{"title": "Unauthorized", "status": 401}')
        written = (TOKEN, quote(TOKEN, safe=""), TOKEN.replace("/", r"\/"))
        return Said(body=b'{"statuses": ["' + " ".join(written).encode() + b'"]}')

    with serving(answers) as server:
        odd = crawl(Target(feed="x_search", query="elsewhere", base_url=server.url), "w1")
        broken = crawl(Target(feed="x_search", query="broken", base_url=server.url), "w1")
        expired = crawl(Target(feed="x_search", query="expired", base_url=server.url), "w1")
    assert "not JSON" in broken.message and "of-ours" not in broken.message
    assert odd.verdict is Verdict.SCHEMA_CHANGED and "is kept at" in odd.message
    assert expired.verdict is Verdict.LOGIN_REQUIRED and "the token in X_TOKEN has expired" in expired.message
    for path, headers in server.asked:
        own = not headers["host"].startswith("localhost")
        assert headers.get("authorization") == (f"Bearer {TOKEN}" if own else None), path
        assert TOKEN not in path
    assert never_written(tmp_path)


def test_a_token_that_must_stand_in_an_address_stands_in_that_of_the_request_alone(
    platforms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (platforms / "wechat_mp.yaml").write_text("token_env: MP_TOKEN\n")
    monkeypatch.setenv("MP_TOKEN", TOKEN)

    def answers(path: str, _headers: Mapping[str, str], before: int) -> Said:
        return Said(body=b'{"base_resp": {"ret": 0}}', status=200 if before else 500)

    with serving(answers) as server:
        report = crawl(Target(feed="wechat_mp", query=QUERY, base_url=server.url), "w1")
    assert report.verdict is Verdict.SCHEMA_CHANGED and TOKEN not in report.message
    sent = f"token={quote(TOKEN, safe='')}"
    assert all(sent in path and "authorization" not in headers for path, headers in server.asked)
    assert never_written(tmp_path)
