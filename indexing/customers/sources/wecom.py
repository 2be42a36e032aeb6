"""A company's external contacts at WeCom (企业微信客户), of the newest list that was fetched or of a file."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from config import settings
from config.connectors.wecom import Read as Options
from config.customer_source import CustomerSource
from crawlers.wecom.contacts import read_contacts
from indexing.customers.sources import Row, SourceError, check_columns

__all__ = ["COLUMNS", "read"]

COLUMNS = ("external_userid", "unionid", "name", "remark", "mobile", "tags", "follow_user", "gender", "created_at")
"""What a contact's row has; `remark`, `mobile` and `created_at` are of the first member of the staff who says one."""
_GENDERS = {1: "男", 2: "女"}


def read(source: CustomerSource, since: str | None) -> Iterator[Row]:
    """Yield a row a contact; there is always the whole list."""
    options = source.read
    assert isinstance(options, Options)  # noqa: S101 - the source's kind says so
    check_columns(source, COLUMNS, "a contact of WeCom")
    for number, contact in enumerate(_from_file(source, options.path) if options.path else _fetched(source), 1):
        place = f"contact {number:,}"
        if isinstance(contact, Mapping) and contact.get("external_userid"):
            yield Row(place=place, values=_values(contact))
        else:
            yield Row(place=place, problem="is no contact: external_userid is missing", text=None)


def _values(contact: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a contact: as WeCom's own answers have it, or as the fetched list does."""
    follows = contact.get("follows") or contact.get("follow_user") or ()
    follows = [one for one in follows if isinstance(one, Mapping)]
    said: dict[str, Any] = {name: contact.get(name) for name in COLUMNS}
    said["gender"] = _GENDERS.get(contact.get("gender") or 0, contact.get("gender") or None)
    said["remark"] = contact.get("remark") or _first(follows, "remark")
    mobiles = [one for follow in follows for one in follow.get("mobiles") or follow.get("remark_mobiles") or ()]
    said["mobile"] = contact.get("mobile") or next(iter(mobiles), None)
    said["tags"] = sorted({*_tags(contact), *(tag for follow in follows for tag in _tags(follow))})
    said["follow_user"] = sorted({one for follow in follows if (one := follow.get("user_id") or follow.get("userid"))})
    added = [one for follow in follows if (one := follow.get("added_at") or follow.get("createtime"))]
    said["created_at"] = contact.get("created_at") or min(added, default=None, key=_moment)
    return said


def _tags(one: Mapping[str, Any]) -> Iterator[str]:
    for tag in one.get("tags") or ():
        name = tag.get("tag_name") or tag.get("tag_id") if isinstance(tag, Mapping) else tag
        if name:
            yield str(name)


def _first(follows: Iterable[Mapping[str, Any]], name: str) -> Any:
    return next((follow[name] for follow in follows if follow.get(name)), None)


def _moment(written: Any) -> float:
    return datetime.fromisoformat(written).timestamp() if isinstance(written, str) else float(written)


def _from_file(source: CustomerSource, path: str) -> Iterator[Any]:
    place = Path(path).expanduser()
    place = place if place.is_absolute() else settings.config_dir() / place
    try:
        with place.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _decoded(source, place, number, line)
    except OSError as error:
        raise SourceError(f"{source.id}: {place}: {error.strerror}: fetch the contacts, or mend read.path") from error


def _decoded(source: CustomerSource, path: Path, number: int, line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{source.id}: {path}:{number}: no JSON ({error}): fetch it again; nothing was changed"
        ) from None


def _fetched(source: CustomerSource) -> Iterator[Any]:
    """Yield the newest list; SourceError where there is none, which is not a list of nobody."""
    contacts = map(msgspec.to_builtins, read_contacts())
    first = next(contacts, None)
    if first is None:
        raise SourceError(f"{source.id}: no contacts of WeCom yet: run `tingfeng wecom contacts`; nothing was changed")
    yield first
    yield from contacts
