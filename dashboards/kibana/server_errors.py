"""What stands in the way when an address does not do as Kibana should: told from what came back, with the remedy."""

import json
import ssl
from typing import Any

import httpx

__all__ = ["refused_access", "told_by_exception", "told_by_response"]

_HTTPS_WANTED = ("HTTP request to an HTTPS server", "HTTP request was sent to HTTPS port")
_CHECK = "is it the address of Kibana, such as https://kibana.example.com:5601?"


def told_by_exception(address: str, error: BaseException) -> str:
    """Return why nothing came back from the address."""
    fault = _cause(error, ssl.SSLError)
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            f"{address}: its certificate is not signed by one that this machine knows ({fault.verify_message}): name "
            "the CA's PEM file in KIBANA_CA_FILE"
        )
    if fault is not None:
        plain = address.replace("https://", "http://", 1)
        return (
            f"{address}: this port does not speak https ({fault.reason or 'TLS fails'}): write {plain}, or another port"
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError) and address.startswith("http://"):
        secure = address.replace("http://", "https://", 1)
        return f"{address}: something listens there that does not answer http: if it speaks https, write {secure}"
    return f"{address}: does not answer ({type(error).__name__}): {_CHECK}"


def told_by_response(address: str, answered: httpx.Response) -> str | None:
    """Return what else than Kibana answers at the address, or that Kibana is not ready; None for Kibana."""
    body = _json(answered)
    if _is_elasticsearch(answered, body):
        return (
            f"{address}: this is Elasticsearch: give Kibana's address, whose port is 5601 unless somebody chose another"
        )
    if answered.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return f"{address}: 503: Kibana is not ready yet, or cannot reach Elasticsearch: wait, then look at its log"
    if answered.is_redirect:
        place = answered.headers.get("location", "another place")[:200]
        return f"{address}: leads on to {place}: give that address, or one that no login page stands before"
    if any(words in answered.text for words in _HTTPS_WANTED):
        return f"{address}: this port speaks https: write {address.replace('http://', 'https://', 1)}"
    if not isinstance(body, dict | list):
        return f"{address}: answers {answered.status_code} without JSON: {_CHECK} Add its base path where it has one"
    return None


def refused_access(status: int, what: str, given: str | None) -> str:
    """Return what to do about a 401 or 403; `given` names the variables that held the credential, if any."""
    if not given:
        return f"{status}: no credential was given: set KIBANA_API_KEY, or KIBANA_USER and KIBANA_PASSWORD"
    if status == httpx.codes.UNAUTHORIZED:
        return (
            f"401: Kibana refuses the credential in {given}: it is wrong, expired or another cluster's: set a valid one"
        )
    return (
        f"403: the credential in {given} is valid, and may not use {what}: give it the privilege All on Dashboard, "
        "Discover, Visualize Library, Saved Objects Management and Advanced Settings in this space"
    )


def _cause(error: BaseException, type: type[ssl.SSLError]) -> ssl.SSLError | None:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, type):
            return found
        found = found.__cause__ or found.__context__
    return None


def _is_elasticsearch(answered: httpx.Response, body: Any) -> bool:
    if "kbn-name" in answered.headers:
        return False
    if answered.headers.get("x-elastic-product") == "Elasticsearch":
        return True
    error = body.get("error") if isinstance(body, dict) else None
    return (isinstance(error, dict) and "root_cause" in error) or (
        isinstance(error, str) and error.startswith(("no handler found for uri", "Incorrect HTTP method for uri"))
    )


def _json(answered: httpx.Response) -> Any:
    try:
        return answered.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
