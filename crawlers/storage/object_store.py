"""S3, or what speaks its language, as a place for the stages: every request is tried again while another try can help.

Listings and existence are asked anew each time, for other workers write there too. The key and the address come from
the environment by the names that every S3 client knows: `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, ….
"""

import asyncio
import os
import random
import time
from typing import Any

from aiohttp import ClientError as BrokenAnswer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from botocore.exceptions import ConnectionError as NoConnection
from s3fs.core import S3_RETRYABLE_ERRORS, S3FileSystem

from config.errors import UserError

__all__ = ["ObjectStore", "StorageError", "object_store"]

_PATIENCE = 60.0
"""Seconds for which a request is tried again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_PASSING = (S3_RETRYABLE_ERRORS, NoConnection, BrokenAnswer)
_ABSENT = ("get_object", "head_object", "list_objects_v2", "copy_object", "delete_object")
"""Requests to which "there is none" is an answer."""
_MB = 2**20


class StorageError(UserError):
    """The object store cannot do what is asked; the message names the path and what to do. Nothing is lost."""


class _Read:
    """A body that has arrived whole."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        """Return all of it."""
        return self._content

    def close(self) -> None:
        """There is nothing to close."""


async def _whole(body: Any) -> _Read:
    try:
        return _Read(await body.read())
    finally:
        body.close()


class ObjectStore(S3FileSystem):  # type: ignore[misc]
    """The file system of s3fs, asked anew each time; what goes wrong for long is a StorageError."""

    retries = 1  # `_call_s3` tries again, and nothing below it
    default_block_size = 8 * _MB
    puts_whole = True
    """Whether a write in one go is seen whole or not at all, so that nothing need be moved into its place."""

    async def _call_s3(self, method: str, *arguments: Any, **named: Any) -> Any:
        deadline, pause = time.monotonic() + _PATIENCE, _FIRST_PAUSE
        while True:
            try:
                answer = await super()._call_s3(method, *arguments, **named)
                if method == "get_object":  # a connection that is lost in the middle of a body is tried again, too
                    answer["Body"] = await _whole(answer["Body"])
                return answer
            except (OSError, BotoCoreError, ClientError, BrokenAnswer) as error:
                if not _passes(error) or time.monotonic() > deadline:
                    if isinstance(error, FileNotFoundError) and method in _ABSENT and not _lacks_bucket(error):
                        raise
                    raise _explained(error, method, named) from error
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the tries, keeps no secret
            pause = min(2 * pause, _LONGEST_PAUSE)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Do nothing: there are no folders, and a bucket that is missing is not made by guess."""

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        """Copy an object, which is seen whole or not at all, and then remove it at its old place."""
        self.cp_file(path1, path2)
        self.rm_file(path1)


def object_store() -> ObjectStore:
    """Return the file system for paths that begin with `s3://`, as the environment says now."""
    return ObjectStore(
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None,
        use_listings_cache=False,
        max_concurrency=1,
        config_kwargs={"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 30},
    )


def _answer(error: BaseException) -> Any:
    """Return what the store answered, or nothing where it did not."""
    refusal = error if isinstance(error, ClientError) else error.__cause__
    return refusal.response if isinstance(refusal, ClientError) else {}


def _passes(error: BaseException) -> bool:
    answer = _answer(error)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    slow = answer.get("Error", {}).get("Code") in ("RequestTimeout", "SlowDown")
    return status >= 500 or status == 429 or slow or isinstance(error, _PASSING)


def _lacks_bucket(error: BaseException) -> bool:
    return bool(_answer(error).get("Error", {}).get("Code") == "NoSuchBucket")


def _explained(error: BaseException, method: str, named: Any) -> Exception:
    bucket, key = named.get("Bucket", ""), named.get("Key") or named.get("Prefix") or ""
    path = f"s3://{bucket}/{key}"
    if _lacks_bucket(error):
        return StorageError(f"{path}: there is no bucket {bucket!r}: make it, or correct TINGFENG_STAGES")
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return StorageError(f"{path}: {error}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
    if isinstance(error, PermissionError):
        return StorageError(
            f"{path}: the object store forbids {method} ({error}): let the key of AWS_ACCESS_KEY_ID list, read, write"
            " and delete below TINGFENG_STAGES"
        )
    if _answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode") == 412:
        return FileNotFoundError(f"{path}: replaced while it was read")
    return StorageError(
        f"{path}: the object store failed at {method} ({error}): look at its health, or correct AWS_ENDPOINT_URL; then"
        " run the same again: what was not done still waits"
    )
