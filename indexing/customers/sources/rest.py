"""An HTTP service that gives JSON page by page: retried, bounded, and never with its token to another host."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from config import settings
from config.connectors.rest import Read as Options
from config.customer_source import CustomerSource
from indexing.customers.path import found_at
from indexing.customers.sources import Row, SourceError, columns_of

if TYPE_CHECKING:
    import httpx

__all__ = ["read"]

_TRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 5, 0.5, 30.0
_PASSING = (408, 425, 429, 500, 502, 503, 504)


def read(source: CustomerSource, since: str | None) -> Iterator[Row]:
    """Yield the items of all pages; a page that does not come, or that is not what it should be, is a SourceError."""
    import httpx

    options = source.read
    assert isinstance(options, Options)  # noqa: S101 - the source's kind says so
    headers = {"Accept": "application/json"}
    if options.header_env:
        token = settings.secret(options.header_env)
        if not token:
            raise SourceError(f"{source.id}: {options.header_env} is not set: put the header's whole value there")
        headers[options.header] = token
    loopback = urlsplit(options.url).hostname in ("127.0.0.1", "localhost", "::1")
    with httpx.Client(
        headers=headers, timeout=options.timeout, follow_redirects=False, trust_env=not loopback
    ) as client:
        yield from _items(source, _pages(source, options, client, since), whole=since is None)


def _items(source: CustomerSource, pages: Iterator[tuple[int, list[Any]]], *, whole: bool) -> Iterator[Row]:
    columns, seen, any_item = columns_of(source), set[str](), False
    for page, items in pages:
        for number, item in enumerate(items, 1):
            place, any_item = f"page {page}, item {number}", True
            if not isinstance(item, Mapping):
                yield Row(place=place, problem="is no JSON object", text=json.dumps(item, ensure_ascii=False))
                continue
            values = {column: found_at(item, column) for column in columns}
            seen |= {column for column, value in values.items() if value is not None}
            yield Row(place=place, values=values)
    if whole and any_item and (missing := [column for column in columns if column not in seen]):
        raise SourceError(
            f"{source.id}: no item has {', '.join(map(repr, missing))}: mend config/customers/{source.id}.yaml, or"
            " leave out what nobody has; nothing was changed"
        )


def _pages(
    source: CustomerSource, options: Options, client: "httpx.Client", since: str | None
) -> Iterator[tuple[int, list[Any]]]:
    """Yield each page's number, from 1, and its items, until there is no next one."""
    paging, url, asked = options.paging, options.url, _first(options, since)
    followed, got, last = set[str](), 0, None
    for number in count(1):
        if number > paging.most:
            raise SourceError(f"{source.id}: more than {paging.most:,} pages: mend read.paging, or raise its `most`")
        answer, content = _answer(source, options, client, url, asked)
        items = _listed(source, options, content, number)
        if items and items == last:  # asked once more: a service that stumbled gives the right one
            answer, content = _answer(source, options, client, url, asked)
            items = _listed(source, options, content, number)
        if items and items == last:
            raise SourceError(
                f"{source.id}: page {number} is page {number - 1} again, so that another may be missing: mend"
                " read.paging, or name its `total`; nothing was changed"
            )
        yield number, items
        got, last = got + len(items), items
        total = found_at(content, paging.total) if paging.total else None
        following = None if _enough(total, got) else _next(options, answer, content, items, number)
        if following is None:
            return _check_total(source, total, got)
        if following in followed:
            raise SourceError(
                f"{source.id}: page {number} names a next page that was read already: the service turns in a circle;"
                " nothing was changed"
            )
        followed.add(following)
        if paging.by == "link":
            url, asked = _same_host(source, str(answer.url), following), {}
        else:
            asked = {**asked, paging.parameter or paging.by: following}


def _listed(source: CustomerSource, options: Options, content: Any, number: int) -> list[Any]:
    items = found_at(content, options.items)
    if not isinstance(items, list):
        raise SourceError(
            f"{source.id}: page {number} has no list at {options.items or 'its top'!r}: mend read.items; nothing was"
            " changed"
        )
    return items


def _enough(total: Any, got: int) -> bool:
    return isinstance(total, int) and got >= total


def _check_total(source: CustomerSource, total: Any, got: int) -> None:
    if isinstance(total, int) and got < total:
        raise SourceError(
            f"{source.id}: {got:,} items came of the {total:,} that there are: run the same again; nothing was changed"
        )


def _first(options: Options, since: str | None) -> dict[str, str]:
    paging = options.paging
    asked = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in
             options.parameters.items()}  # fmt: skip
    if paging.by != "none" and paging.size_parameter:
        asked[paging.size_parameter] = str(paging.size)
    if paging.by in ("page", "offset"):
        asked[paging.parameter or paging.by] = str(paging.first if paging.by == "page" else 0)
    if since is not None and options.incremental:
        asked[options.incremental.parameter] = _written(since, options.incremental.form)
    return asked


def _next(options: Options, answer: "httpx.Response", content: Any, items: list[Any], number: int) -> str | None:
    """Return the next page's cursor, number, offset or address; None after the last one."""
    paging = options.paging
    if paging.by == "cursor":
        cursor = found_at(content, paging.cursor)
        return str(cursor) if cursor not in (None, "", False) else None
    if paging.by == "link":
        return answer.links.get("next", {}).get("url")
    if paging.by == "none" or not items:
        return None
    if paging.by == "page":
        return str(paging.first + number)
    return str(int(answer.url.params[paging.parameter or "offset"]) + len(items))


def _answer(
    source: CustomerSource, options: Options, client: "httpx.Client", url: str, asked: Mapping[str, str]
) -> "tuple[httpx.Response, Any]":
    """Return one answer and its JSON, asking again while that may help."""
    import httpx

    said, pause = "", _FIRST_PAUSE
    for tries in range(1, _TRIES + 1):
        try:
            answer, body = _fetched(source, options, client, url, asked)
        except (httpx.TransportError, httpx.DecodingError) as error:
            said = type(error).__name__
        else:
            if answer.is_success:
                return answer, _decoded(source, body)
            said = f"status {answer.status_code}"
            if answer.status_code not in _PASSING:
                raise SourceError(f"{source.id}: {_place(url)} answers with {said}: {_remedy(answer, options)}")
            wished = answer.headers.get("Retry-After", "")
            pause = max(pause, min(float(wished), _LONGEST_PAUSE)) if wished.isdecimal() else pause
        if tries < _TRIES:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
    raise SourceError(
        f"{source.id}: {_place(url)} gave no whole answer in {_TRIES} tries ({said}): run the same again later; nothing"
        " was changed"
    )


def _fetched(
    source: CustomerSource, options: Options, client: "httpx.Client", url: str, asked: Mapping[str, str]
) -> "tuple[httpx.Response, bytes]":
    import httpx

    body = bytearray()
    # params= would take the place of what the address asks already (findings/httpx-params-drop-the-query.sh)
    address = httpx.URL(url).copy_merge_params(asked) if asked else url
    with client.stream("GET", address) as answer:
        for part in answer.iter_bytes():
            body += part
            if len(body) > options.most_bytes:
                raise SourceError(
                    f"{source.id}: an answer of more than {options.most_bytes:,} bytes: ask for fewer items a page, or"
                    " raise read.most_bytes; nothing was changed"
                )
    return answer, bytes(body)


def _decoded(source: CustomerSource, body: bytes) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(
            f"{source.id}: an answer is no JSON ({error}): look at read.url; nothing was changed"
        ) from error


def _remedy(answer: "httpx.Response", options: Options) -> str:
    if answer.is_redirect:
        target = urljoin(str(answer.url), answer.headers.get("Location", ""))
        return f"it leads to {_place(target)}, which is not followed with a token: write the right read.url"
    if answer.status_code in (401, 403):
        return f"look at the token in {options.header_env or 'a variable, and name it as read.header_env'}"
    return "look at read.url and read.parameters; nothing was changed"


def _same_host(source: CustomerSource, of: str, address: str) -> str:
    """Return the address of the next page, which must be of the same host, since the token goes there."""
    target, known = urlsplit(urljoin(of, address)), urlsplit(of)
    if (target.scheme, target.netloc) != (known.scheme, known.netloc):
        raise SourceError(f"{source.id}: the next page lies at {_place(target.geturl())}, another host: not followed")
    return target.geturl()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _written(since: str, form: str) -> str:
    if form in ("iso", "number"):
        return since
    seconds = datetime.fromisoformat(since).timestamp()
    return str(int(seconds * 1000) if form == "unix_ms" else int(seconds))
