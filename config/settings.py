"""What the environment says: folders, hosts and secrets. Nothing here has state; each call reads the environment anew.

Every name begins with `TINGFENG_`, except the `ELASTICSEARCH_*` names that other tools share.
"""

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

__all__ = [
    "DAY_ZONE",
    "DEMO_CONFIG",
    "DEMO_DATA",
    "LOCAL_CONSOLE",
    "Cluster",
    "TransformersModel",
    "cluster",
    "config_dir",
    "data_dir",
    "demonstrating",
    "own_config_dir",
    "known_data_dirs",
    "public_url",
    "replay_url",
    "replicas",
    "research_data",
    "secret",
    "segmenter",
    "sentiment_engine",
    "shares_stages",
    "stage_root",
    "transformers_model",
    "variable",
]

DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone in which a day is a day: in the index, in dashboards and in reports."""

_CHECKOUT = Path(__file__).resolve().parent.parent
DEMO_CONFIG = _CHECKOUT / "config" / "demo"
LOCAL_CONSOLE = "http://127.0.0.1:8090"
"""Where the console answers on this machine, unless it was told otherwise."""
DEMO_DATA = _CHECKOUT / "data" / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The user's own Elasticsearch; secrets are kept out of `repr`."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    @property
    def urls(self) -> list[str]:
        """The addresses of its nodes."""
        return [url.strip() for url in self.url.split(",") if url.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersModel:
    """A Hugging Face classifier: a folder or an id of the hub, and what its labels mean where they do not say so."""

    source: str
    revision: str | None
    labels: dict[str, str]


def cluster() -> Cluster | None:
    """Return the cluster that `ELASTICSEARCH_URL` names, or None when the embedded node serves."""
    url = os.environ.get("ELASTICSEARCH_URL")
    if not url:
        return None
    return Cluster(
        url=url,
        api_key=secret("ELASTICSEARCH_API_KEY"),
        user=os.environ.get("ELASTICSEARCH_USER"),
        password=secret("ELASTICSEARCH_PASSWORD"),
        ca_file=os.environ.get("ELASTICSEARCH_CA_FILE"),
    )


def replicas() -> str:
    """Return how many further copies of an index a cluster keeps, `TINGFENG_ES_REPLICAS`: a number, or `auto`."""
    return os.environ.get("TINGFENG_ES_REPLICAS") or "auto"


def config_dir() -> Path:
    """Return the folder of brands/, rules/ and platforms/: `TINGFENG_CONFIG`, or config/ of the checkout.

    While nobody has written a brand there, the demonstration's folder stands in.
    """
    if value := os.environ.get("TINGFENG_CONFIG"):
        return Path(value).expanduser().resolve()
    return DEMO_CONFIG if demonstrating() else own_config_dir()


def own_config_dir() -> Path:
    """Return the folder that a person's own brands go to, whether or not it holds one yet."""
    return Path(os.environ.get("TINGFENG_CONFIG") or _CHECKOUT / "config").expanduser().resolve()


def demonstrating() -> bool:
    """Return whether the demonstration's brands are in use: no folder was named, and the checkout's has no brand."""
    return "TINGFENG_CONFIG" not in os.environ and not any((_CHECKOUT / "config" / "brands").glob("*.y*ml"))


def data_dir() -> Path:
    """Return the local folder of all that tingfeng writes: `TINGFENG_DATA`, or data/ of the checkout.

    The demonstration writes to data/demo, so that its posts never mix with a person's own.
    """
    if value := os.environ.get("TINGFENG_DATA"):
        return _absolute(value, Path.cwd())
    return DEMO_DATA if demonstrating() else _CHECKOUT / "data"


@lru_cache
def _absolute(path: str, _working: Path) -> Path:
    """Return a path with `~` and links resolved; every file of every batch asks for the data folder's."""
    return Path(path).expanduser().resolve()


def known_data_dirs() -> list[Path]:
    """Return data/ of the checkout and the folders in it, whichever is in use now; none where a folder was named."""
    if os.environ.get("TINGFENG_DATA"):
        return []
    data = _CHECKOUT / "data"
    return [data, *sorted(path for path in data.glob("*") if path.is_dir())]


def stage_root() -> str:
    """Return the fsspec root of the stages' files: `TINGFENG_STAGES` (`s3://bucket/path`) or the data folder."""
    return os.environ.get("TINGFENG_STAGES") or str(data_dir())


def shares_stages() -> bool:
    """Return whether the stages lie on an object store, which workers share while they share no data folder."""
    return "://" in stage_root()


def replay_url() -> str | None:
    """Return the replay server's address, `TINGFENG_REPLAY_URL`: it is crawled while no brand names a feed."""
    return os.environ.get("TINGFENG_REPLAY_URL")


def public_url() -> str | None:
    """Return the address at which people reach the console from their phones: `TINGFENG_PUBLIC_URL`, or None."""
    return (os.environ.get("TINGFENG_PUBLIC_URL") or "").rstrip("/") or None


def research_data() -> Path | None:
    """Return the folder of research corpora that `TINGFENG_RESEARCH_DATA` names, or None."""
    value = os.environ.get("TINGFENG_RESEARCH_DATA")
    return Path(value).expanduser().resolve() if value else None


def sentiment_engine() -> str:
    """Return the name of the sentiment engine (a file of nlp/engines): `TINGFENG_ENGINE`, or `default`."""
    return os.environ.get("TINGFENG_ENGINE") or "default"


def segmenter() -> str:
    """Return the name of the engine that cuts words (a file of nlp/segmenters): `TINGFENG_SEGMENTER`, or `rjieba`."""
    return os.environ.get("TINGFENG_SEGMENTER") or "rjieba"


def transformers_model() -> TransformersModel | None:
    """Return what `TINGFENG_TRANSFORMERS_MODEL`, `…_REVISION` and `…_LABELS` say, or None where no model is named.

    Labels are written as `LABEL_0=negative,LABEL_1=positive`.
    """
    source = os.environ.get("TINGFENG_TRANSFORMERS_MODEL")
    if not source:
        return None
    pairs = (pair.partition("=") for pair in os.environ.get("TINGFENG_TRANSFORMERS_LABELS", "").split(",") if pair)
    return TransformersModel(
        source=source,
        revision=os.environ.get("TINGFENG_TRANSFORMERS_REVISION") or None,
        labels={name.strip(): meant.strip() for name, _, meant in pairs},
    )


def secret(name: str) -> str | None:
    """Return the secret in variable `name`, or in the file that `<name>_FILE` names; None when neither is set."""
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    return None


def variable(name: str) -> str | None:
    """Return a variable that is no secret; None where it is not set or empty."""
    return os.environ.get(name) or None
