"""`/links`: pairs that wait for a person's word, evidence side by side; for who has signed in and may."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from config.privacy import May
from config.seal import SealBroken
from dashboards.console.link_phrases import PHRASES
from dashboards.console.render import page
from dashboards.console.session import form_token, own_form, signed_in
from indexing.customers.asker import Asker
from indexing.customers.reveal import reveal
from indexing.elasticsearch.store import Store
from indexing.identity.changing import NotTwo, accept, part, reject, undo
from indexing.identity.event import Op, customer_of
from indexing.identity.events import UnknownEvent, get_event
from indexing.identity.known import UnknownNode, named_nodes
from indexing.identity.review import waiting
from indexing.people.pseudonyms import pseudonyms
from indexing.privacy.access import customer_of as customer_at
from indexing.privacy.erase import NobodyFound

__all__ = ["router"]

router = APIRouter()

_SHOWN = 20
_PURPOSE = "review of links"
_LONGEST_WHY = 500
_EVENT = re.compile(r"[0-9a-f]{24}")


@router.get("/links")
def listing(
    request: Request, asker: Annotated[Asker, Depends(signed_in)], done: str = "", event: str = ""
) -> HTMLResponse:
    """Show the surest pairs with what the role may see of the customers; each look is on record."""
    asker.must(May.LINKS)
    store: Store = request.app.state.store()
    found = waiting(store)
    pairs = [
        (one, [_values(store, node, asker) for node in (one.event.one, one.event.other)]) for one in found[:_SHOWN]
    ]
    return page(
        request,
        "links.html",
        words=PHRASES,
        pairs=pairs,
        total=len(found),
        token=form_token(request),
        done=done if f"do_{done}" in PHRASES else None,
        event=event if _EVENT.fullmatch(event) else None,
    )


@router.post("/links/{id}")
def decide(
    request: Request,
    id: str,
    asker: Annotated[Asker, Depends(own_form)],
    action: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
) -> Response:
    """Join the pair of an event, part it, or take an event back."""
    asker.must(May.LINKS)
    store: Store = request.app.state.store()
    try:
        one = get_event(store, id)
        if action == "undo":
            undo(store, id, by=asker.name)
            return RedirectResponse("/links?done=undo", status_code=303)
        if action not in ("accept", "reject") or one.op not in (Op.LINK, Op.PROPOSE):
            return page(request, "notice.html", status=400, phrase="impossible", detail="")
        do = accept if action == "accept" else reject
        said = do(store, one.one, one.other, by=asker.name, why=" ".join(why.split())[:_LONGEST_WHY])
    except UnknownEvent:
        return page(request, "notice.html", status=404, phrase="no_page", detail="")
    except NotTwo as error:
        return page(request, "notice.html", status=409, phrase="impossible", detail=str(error))
    return RedirectResponse(f"/links?done={action}&event={said.id}", status_code=303)


@router.post("/links")
def split(
    request: Request,
    asker: Annotated[Asker, Depends(own_form)],
    some: Annotated[str, Form()] = "",
    others: Annotated[str, Form()] = "",
) -> Response:
    """Split a person: each of the first is parted from each of the others."""
    asker.must(May.LINKS)
    store: Store = request.app.state.store()
    try:
        one, other = (named_nodes(store, text.split(","), pseudonyms()) for text in (some, others))
        part(store, one, other, by=asker.name)
    except UnknownNode as error:
        return page(request, "notice.html", status=404, phrase="impossible", detail=str(error))
    except NotTwo as error:
        return page(request, "notice.html", status=409, phrase="impossible", detail=str(error))
    return RedirectResponse("/links?done=split", status_code=303)


def _values(store: Store, node: str, asker: Asker) -> Mapping[str, tuple[str, ...]]:
    """Return what the role may see of a customer; nothing of an account, or of a value that no key at hand opens."""
    id = customer_of(node)
    if id is None:
        return {}
    try:
        return {str(kind): values for kind, values in reveal(store, customer_at(store, id), asker, _PURPOSE).items()}
    except (NobodyFound, SealBroken):
        return {}
