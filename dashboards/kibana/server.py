"""The few requests that publishing makes of a Kibana, over its HTTP interface.

Access comes from the environment: KIBANA_API_KEY, or KIBANA_USER and KIBANA_PASSWORD, each also as <NAME>_FILE; and
KIBANA_CA_FILE where its certificate is not signed by one that the system knows.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from config import settings
from config.errors import UserError
from dashboards.kibana.objects import SavedObject, compact
from dashboards.kibana.server_errors import refused_access, told_by_exception, told_by_response

__all__ = ["Kibana", "KibanaRefused", "OLDEST", "kibana"]

OLDEST = (8, 12)
_TIMEOUT = 60.0
_STATUS = "/api/status"
_SPACE = re.compile(r"[a-z0-9_-]{1,64}")
_PLAIN = ("127.0.0.1", "localhost", "::1")


class KibanaRefused(UserError):
    """Kibana did not do as it was asked; the message says what, why and the remedy."""


class Kibana:
    """One space of one Kibana."""

    def __init__(self, client: httpx.Client, space: str | None, credential: str | None = None) -> None:
        self._client = client
        self._space = space
        self._credential = credential
        self._base = f"/s/{quote(space)}" if space else ""

    def version(self) -> tuple[int, ...]:
        """Return its version; KibanaRefused when it is older than the dashboards' form."""
        answered = self._ask("GET", _STATUS, "Kibana").json()
        number = str(answered.get("version", {}).get("number", "")) if isinstance(answered, dict) else ""
        version = tuple(map(int, re.findall(r"\d+", number)[:3]))
        if not version:
            refused = refused_access(401, "Kibana", self._credential)  # without access it keeps its version to itself
            raise KibanaRefused(f"{_STATUS}: {refused}")
        if version < OLDEST:
            raise KibanaRefused(
                f"Kibana {number} is too old for these dashboards: use {'.'.join(map(str, OLDEST))} or newer"
            )
        return version

    def check_space(self) -> None:
        """Raise KibanaRefused where there is no such space: Kibana itself would take objects into nowhere."""
        if self._space:
            self._ask("GET", f"/api/spaces/space/{quote(self._space)}", "the space")

    def have(self, objects: Iterable[SavedObject]) -> list[SavedObject]:
        """Return those of the objects that the space holds, as it would export them."""
        wanted = [{"type": one["type"], "id": one["id"]} for one in objects]
        found = self._ask("POST", "/api/saved_objects/_bulk_get", "saved objects", json=wanted).json()["saved_objects"]
        there = [{"type": one["type"], "id": one["id"]} for one in found if "error" not in one]
        if not there:
            return []
        body = {"objects": there, "excludeExportDetails": True, "includeReferencesDeep": False}
        lines = self._ask("POST", "/api/saved_objects/_export", "saved objects", json=body).text.splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    def take(self, text: str) -> int:
        """Import a file of objects over those that are there; return how many it took. All are taken, or it fails."""
        file = {"file": ("tingfeng.ndjson", text.encode(), "application/x-ndjson")}
        path = "/api/saved_objects/_import?overwrite=true"
        answered = self._ask("POST", path, "saved objects", files=file).json()
        if not answered.get("success"):
            problems = [_problem(error) for error in answered.get("errors", ())]
            raise KibanaRefused(
                f"{path}: not all objects were taken: {'; '.join(problems[:5])}: run it again, or see docs/kibana.md"
            )
        return int(answered["successCount"])

    def settings(self) -> Mapping[str, Any]:
        """Return the space's advanced settings that somebody has set."""
        answered = self._ask("GET", "/api/kibana/settings", "advanced settings").json()["settings"]
        return {name: value.get("userValue") for name, value in answered.items() if "userValue" in value}

    def set(self, changes: Mapping[str, Any]) -> None:
        """Set advanced settings of the space."""
        self._ask("POST", "/api/kibana/settings", "advanced settings", json={"changes": dict(changes)})

    @property
    def dashboards(self) -> str:
        """The address at which people open the space's dashboards."""
        return f"{self._address}{self._base}/app/dashboards"

    @property
    def _address(self) -> str:
        return str(self._client.base_url).rstrip("/")

    def _ask(self, method: str, path: str, what: str, **sent: Any) -> httpx.Response:
        try:
            answered = self._client.request(method, f"{self._base}{path}", **sent)
        except httpx.HTTPError as error:
            raise KibanaRefused(told_by_exception(self._address, error)) from error
        if path == _STATUS and (other := told_by_response(self._address, answered)):
            raise KibanaRefused(other)
        if answered.status_code in (401, 403):
            raise KibanaRefused(f"{path}: {refused_access(answered.status_code, what, self._credential)}")
        if answered.status_code == 404 and self._base:
            raise KibanaRefused(f"{self._base}: 404: is there a space of this name? Make it in Kibana first")
        if answered.is_error:
            raise KibanaRefused(f"{path}: {answered.status_code}: {answered.text[:300]}: see docs/kibana.md")
        return answered


@contextmanager
def kibana(url: str, space: str | None = None, *, transport: httpx.BaseTransport | None = None) -> Iterator[Kibana]:
    """Give the space `space` (the default one unless named) of the Kibana at `url`."""
    if space is not None and not _SPACE.fullmatch(space):
        raise KibanaRefused(f"--space {space}: a space's identifier has small letters, digits, _ and -")
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise KibanaRefused(f"--kibana {url}: write it as https://kibana.example.com:5601")
    if address.username or address.password:
        raise KibanaRefused("--kibana: no password in the address: set KIBANA_USER and KIBANA_PASSWORD")
    headers, auth, credential = _access()
    if (auth or "Authorization" in headers) and address.scheme == "http" and address.hostname not in _PLAIN:
        raise KibanaRefused(f"--kibana {url}: a password does not go over http: use https")
    authority = os.environ.get("KIBANA_CA_FILE")
    if authority and not Path(authority).is_file():
        raise KibanaRefused(f"KIBANA_CA_FILE={authority}: no such file: name the CA's PEM file")
    with httpx.Client(
        base_url=url.rstrip("/"),
        headers={**headers, "kbn-xsrf": "tingfeng"},
        auth=auth,
        timeout=_TIMEOUT,
        verify=authority or True,
        transport=transport,
        trust_env=False,
    ) as client:
        yield Kibana(client, space, credential)


def _access() -> tuple[dict[str, str], tuple[str, str] | None, str | None]:
    """Return the headers, the user with the password, and the names of the variables that held them."""
    if key := settings.secret("KIBANA_API_KEY"):
        return {"Authorization": f"ApiKey {key}"}, None, "KIBANA_API_KEY"
    user, password = os.environ.get("KIBANA_USER"), settings.secret("KIBANA_PASSWORD")
    if user and not password:
        raise KibanaRefused(f"KIBANA_PASSWORD: missing for KIBANA_USER={user}: set it, or KIBANA_PASSWORD_FILE")
    if user and password:
        return {}, (user, password), "KIBANA_USER and KIBANA_PASSWORD"
    return {}, None, None


def _problem(error: Mapping[str, Any]) -> str:
    inner = error.get("error", {})
    missing = [f"{one['type']} {one['id']}" for one in inner.get("references", ())]
    reason = f"lacks {', '.join(missing)}" if missing else inner.get("message") or inner.get("type") or compact(inner)
    return f"{error.get('type')} {error.get('id')}: {reason}"
