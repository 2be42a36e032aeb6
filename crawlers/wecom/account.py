"""What the environment says of one company at WeCom; its secrets stand nowhere else."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config import settings
from config.errors import UserError

__all__ = ["HOME", "NotSetUp", "Receiver", "Use", "corp_id", "receiver", "use"]

HOME = "https://qyapi.weixin.qq.com"
_LOCAL = ("127.0.0.1", "localhost")


class NotSetUp(UserError):
    """A variable of the environment is missing; the message says which, and where its value stands at WeCom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What the receiver of callbacks shares with WeCom."""

    corp_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    """EncodingAESKey: 43 letters and digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """With which secret one interface is asked, and where."""

    corp_id: str
    secret: str = field(repr=False)
    url: str = HOME


def corp_id() -> str:
    """Return the company's id; NotSetUp where nobody has set it."""
    return _needed("TINGFENG_WECOM_CORP_ID", "我的企业 → 企业ID")


def receiver() -> Receiver:
    """Return what callbacks are checked and opened with; NotSetUp names the first variable that is missing."""
    where = "the application's 接收消息 → 设置API接收"
    return Receiver(
        corp_id=corp_id(),
        token=_needed("TINGFENG_WECOM_TOKEN", where),
        aes_key=_needed("TINGFENG_WECOM_AES_KEY", where),
    )


def use(part: str) -> Use:
    """Return with what `part` (contacts, service, archive) is asked: the secret of its own, or the one for all."""
    own, shared = f"TINGFENG_WECOM_{part.upper()}_SECRET", "TINGFENG_WECOM_SECRET"
    secret = settings.secret(own) or _needed(shared, f"the application's 应用管理 → Secret; {own} for {part} alone")
    url = (settings.variable("TINGFENG_WECOM_URL") or HOME).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise NotSetUp(f"TINGFENG_WECOM_URL: {url} is not https: the secret would travel in the clear")
    return Use(corp_id=corp_id(), secret=secret, url=url)


def _needed(name: str, where: str) -> str:
    if value := settings.secret(name):
        return value
    raise NotSetUp(f"{name}: missing: export it, or {name}_FILE; it stands at WeCom under {where}")
