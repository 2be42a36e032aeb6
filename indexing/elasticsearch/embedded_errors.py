"""What can go wrong with the embedded Elasticsearch; each class says what the caller does next.

EmbeddedError           show its message to the person: it names the file and the remedy
├── JarUnavailable      no network and no cached copy: connect once, start again
├── JarBroken           a jar is wrong even when fetched anew: look at the mirror or proxy
├── DiskFull            free space, or move TINGFENG_DATA
├── NotWritable         change the owner or mode, or move TINGFENG_DATA
├── MemoryShort         free memory, or set a smaller TINGFENG_ES_HEAP
├── SettingWrong        correct the environment variable that the message names
├── NotRunning          start the node first
└── StartFailed         read the log that the message names
"""

from config.errors import UserError

__all__ = [
    "DiskFull",
    "EmbeddedError",
    "JarBroken",
    "JarUnavailable",
    "MemoryShort",
    "NotRunning",
    "NotWritable",
    "SettingWrong",
    "StartFailed",
]


class EmbeddedError(UserError):
    """The embedded Elasticsearch cannot serve; the message names the file and the remedy."""


class JarUnavailable(EmbeddedError):
    """A jar is neither in the Maven cache nor to be had from the network."""


class JarBroken(EmbeddedError):
    """A jar's sha256 differs from jars.lock even after it was fetched again."""


class DiskFull(EmbeddedError):
    """Too little disk is left for the node's files."""


class NotWritable(EmbeddedError):
    """The node's folder cannot be made or written."""


class MemoryShort(EmbeddedError):
    """The machine has too little free memory for the node's heap."""


class SettingWrong(EmbeddedError):
    """An environment variable holds a value that cannot be used."""


class NotRunning(EmbeddedError):
    """No embedded node runs for this data folder."""


class StartFailed(EmbeddedError):
    """The node's process ended, or did not answer in time."""
