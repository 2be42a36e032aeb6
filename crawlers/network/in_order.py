"""Several fetches at once, their results in the order in which they were asked for."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

__all__ = ["InOrder"]

Result = TypeVar("Result")


class InOrder(Generic[Result]):
    """Runs up to `width` coroutines at once; on leaving, what is still under way is cancelled."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._under_way: deque[asyncio.Task[Result]] = deque()

    async def __aenter__(self) -> "InOrder[Result]":
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def has_room(self) -> bool:
        """Whether one more may be started now."""
        return len(self._under_way) < self._width

    def start(self, work: Coroutine[Any, Any, Result]) -> None:
        """Start one more."""
        self._under_way.append(asyncio.create_task(work))

    async def take(self) -> Result:
        """Return the result of the one that was started first, or raise its error."""
        task = self._under_way.popleft()
        try:
            return await task
        finally:
            task.cancel()
