"""Public accounts appear by name, nobody else does; the key decides the pseudonyms and is kept from other eyes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crawlers.post import Author
from indexing.mentions.privacy import author_fields
from indexing.people.pseudonyms import KeyUnusable, Pseudonyms, pseudonyms

NAMES = Pseudonyms(b"0123456789abcdef")
PERSON = Author(
    id="5001",
    name="某位路人",
    url="https://weibo.com/u/5001",
    followers=9_999,
    verified=False,
    verification="自述",
    organisation=False,
    bio="简介",
)


def with_(author: Author, **fields: object) -> Author:
    values = {name: getattr(author, name) for name in Author.__slots__}
    return Author(**{**values, **fields})


def test_a_private_person_is_not_named() -> None:
    fields = author_fields("weibo", PERSON, NAMES)
    assert not {"5001", "某位路人", "https://weibo.com/u/5001", "自述", "简介"} & set(map(str, fields.values()))
    assert fields["id"] == NAMES.of("weibo", "5001")
    assert len(fields["id"]) == 32
    assert fields["name"] == f"用户{fields['id'][:8]}"
    assert fields["named"] is False
    assert fields["followers"] == 9_999
    assert fields["url"] is fields["verification"] is None


@pytest.mark.parametrize("why", [{"verified": True}, {"organisation": True}, {"followers": 10_000}])
def test_public_accounts_appear_by_name(why: dict[str, object]) -> None:
    fields = author_fields("weibo", with_(PERSON, **why), NAMES)
    assert (fields["id"], fields["name"], fields["url"]) == ("5001", "某位路人", "https://weibo.com/u/5001")
    assert fields["named"] is True
    assert fields["handle"] == "某位路人"
    assert "简介" not in map(str, fields.values())


def test_an_author_of_whom_nothing_is_known_is_a_private_person() -> None:
    fields = author_fields("forum", Author(id="x"), NAMES)
    assert fields["named"] is False
    assert fields["handle"] is None


def test_pseudonyms_are_stable_and_differ_by_platform_person_and_key() -> None:
    seen = {
        NAMES.of("weibo", "1"),
        NAMES.of("rss", "1"),
        NAMES.of("weibo", "2"),
        Pseudonyms(b"another key, long enough").of("weibo", "1"),
    }
    assert len(seen) == 4
    assert NAMES.of("weibo", "1") == Pseudonyms(b"0123456789abcdef").of("weibo", "1")
    assert "0123456789abcdef" not in repr(NAMES)


def test_a_handle_is_found_however_people_write_it() -> None:
    assert NAMES.handles("weibo", " @ＭｉＦａｎ ") == NAMES.handles("weibo", "mifan")
    plain, pseudonym = NAMES.handles("weibo", "@Mi  Fan")
    assert plain == "mi fan"
    assert pseudonym == author_fields("weibo", with_(PERSON, name="MI FAN"), NAMES)["handle"]
    assert plain == author_fields("weibo", with_(PERSON, name="Mi Fan", verified=True), NAMES)["handle"]


def test_the_key_is_made_once_for_its_owner_alone(data: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: pseudonyms().of("weibo", "1"), range(16)))
    path = data / "keys" / "pseudonym.key"
    assert len(made) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text(encoding="ascii")) == 64
    assert [file.name for file in path.parent.iterdir()] == ["pseudonym.key"]


def test_a_key_that_others_may_read_is_refused(data: Path) -> None:
    pseudonyms()
    path = data / "keys" / "pseudonym.key"
    path.chmod(0o644)
    with pytest.raises(KeyUnusable, match=f"{path}.*chmod 600"):
        pseudonyms()


def test_the_environment_s_key_comes_first(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "k" * 16)
    assert pseudonyms().of("weibo", "1") == Pseudonyms(b"k" * 16).of("weibo", "1")
    assert not (data / "keys").exists()
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "short")
    with pytest.raises(KeyUnusable, match="TINGFENG_PSEUDONYM_KEY: shorter than 16") as told:
        pseudonyms()
    assert "'short'" not in str(told.value)


def test_an_empty_key_file_is_refused(data: Path) -> None:
    path = data / "keys" / "pseudonym.key"
    path.parent.mkdir()
    path.touch(mode=0o600)
    with pytest.raises(KeyUnusable, match="shorter than 16"):
        pseudonyms()


def test_a_place_that_cannot_be_written_is_named(data: Path) -> None:
    (data / "keys").touch()
    with pytest.raises(KeyUnusable, match="TINGFENG_PSEUDONYM_KEY"):
        pseudonyms()
