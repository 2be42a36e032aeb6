"""/links: pairs that wait for a person's word, and that word; only for somebody who has logged in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request

from dashboards.console.asker import asker
from indexing.elasticsearch.store import Store
from indexing.identity.changing import NotTwo, accept, part, reject, undo
from indexing.identity.event import LinkEvent
from indexing.identity.events import UnknownEvent, get_event
from indexing.identity.review import waiting

__all__ = ["router"]

router = APIRouter(prefix="/links", dependencies=[Depends(asker)])
_Asker = Annotated[str, Depends(asker)]
_Why = Annotated[str, Form(max_length=500)]
_NOT_FOUND, _BAD = 404, 400


@router.get("")
def list_(request: Request) -> list[dict[str, Any]]:
    """Return what waits, with its evidence in words."""
    found = waiting(request.app.state.store())
    return [{**_said(one.event), "conflict": one.conflict} for one in found]


@router.post("/{id}/accept")
def accept_(request: Request, id: str, by: _Asker, why: _Why = "") -> dict[str, Any]:
    """Join the two."""
    store: Store = request.app.state.store()
    one = _event(store, id)
    return _said(accept(store, one.one, one.other, by=by, why=why))


@router.post("/{id}/reject")
def reject_(request: Request, id: str, by: _Asker, why: _Why = "") -> dict[str, Any]:
    """Say that they are two people."""
    store: Store = request.app.state.store()
    one = _event(store, id)
    return _said(reject(store, one.one, one.other, by=by, why=why))


@router.post("/{id}/undo")
def undo_(request: Request, id: str, by: _Asker) -> dict[str, Any]:
    """Take an event back."""
    store: Store = request.app.state.store()
    _event(store, id)
    try:
        return _said(undo(store, id, by=by))
    except NotTwo as error:
        raise HTTPException(_BAD, str(error)) from error


@router.post("/split")
def split(
    request: Request, by: _Asker, some: Annotated[list[str], Form()], others: Annotated[list[str], Form()]
) -> dict[str, int]:
    """Split a person: `some` and `others` are nodes."""
    try:
        return {"parted": part(request.app.state.store(), some, others, by=by)}
    except NotTwo as error:
        raise HTTPException(_BAD, str(error)) from error


def _event(store: Store, id: str) -> LinkEvent:
    try:
        return get_event(store, id)
    except UnknownEvent as error:
        raise HTTPException(_NOT_FOUND, str(error)) from error


def _said(one: LinkEvent) -> dict[str, Any]:
    return {
        "id": one.id, "at": one.at.isoformat(), "op": str(one.op), "kind": one.kind, "one": one.one, "other": one.other,
        "probability": one.probability, "evidence": list(one.says), "by": one.by,
    }  # fmt: skip
