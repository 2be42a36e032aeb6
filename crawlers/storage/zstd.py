"""Zstandard: Python's own module from 3.14 on, the package that carries it to older ones before that."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.version_info < (3, 14):
    from backports.zstd import ZstdError, ZstdFile, compress, decompress
else:
    from compression.zstd import ZstdError, ZstdFile, compress, decompress

__all__ = ["ZstdError", "ZstdFile", "compress", "decompress"]
