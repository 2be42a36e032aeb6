"""Made-up pictures of the kinds that people post, and what platforms and people do to them on the way."""

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

__all__ = ["CHANGES", "KINDS", "jpeg"]


def photo(luck: random.Random) -> Image.Image:
    """Return blurred patches, shapes and grain, as a photograph has them."""
    size = (luck.randrange(600, 1000), luck.randrange(500, 900))
    small = Image.frombytes("RGB", (16, 12), luck.randbytes(16 * 12 * 3)).resize(size, Image.Resampling.BICUBIC)
    drawn = ImageDraw.Draw(small)
    for _ in range(luck.randrange(4, 12)):
        x, y = luck.randrange(size[0]), luck.randrange(size[1])
        box = (x, y, x + luck.randrange(40, 400), y + luck.randrange(40, 400))
        draw = drawn.ellipse if luck.random() < 0.5 else drawn.rectangle
        draw(box, fill=tuple(luck.randrange(256) for _ in range(3)))
    return small.filter(ImageFilter.GaussianBlur(luck.uniform(0, 3)))


def screenshot(luck: random.Random) -> Image.Image:
    """Return a talk on a phone: bubbles left and right, with lines for words."""
    made = Image.new("RGB", (720, 1280), (237, 237, 237))
    drawn = ImageDraw.Draw(made)
    drawn.rectangle((0, 0, 720, 96), fill=(250, 250, 250))
    drawn.rectangle((0, 1180, 720, 1280), fill=(247, 247, 247))
    y = 130
    while y < 1120:
        own, lines, width = luck.random() < 0.5, luck.randrange(1, 5), luck.randrange(120, 480)
        left = 600 - width if own else 120
        drawn.rounded_rectangle(
            (left, y, left + width, y + 40 * lines + 24), 12, fill=(149, 236, 105) if own else (255, 255, 255)
        )
        drawn.rectangle((640 if own else 24, y, 696 if own else 80, y + 56), fill=tuple(luck.randbytes(3)))
        for line in range(lines):
            end = left + (width - 24 if line < lines - 1 else luck.randrange(60, width))
            for x in range(left + 16, end - 16, 26):
                drawn.rectangle(
                    (x, y + 16 + 40 * line, x + luck.randrange(8, 22), y + 42 + 40 * line), fill=(30, 30, 30)
                )
        y += 40 * lines + luck.randrange(44, 90)
    return made


def document(luck: random.Random) -> Image.Image:
    """Return a printed notice: lines of dark words on white, a heading, and a red seal."""
    made = Image.new("RGB", (800, 1100), (252, 252, 250))
    drawn = ImageDraw.Draw(made)
    drawn.rectangle((200, 70, 200 + luck.randrange(200, 400), 110), fill=(180, 20, 20))
    y = 160
    for _ in range(luck.randrange(10, 28)):
        end = luck.randrange(150, 720) if luck.random() < 0.3 else 720
        for x in range(80, end, 24):
            drawn.rectangle((x, y, x + luck.randrange(6, 20), y + 18), fill=(40, 40, 40))
        y += 32
    drawn.ellipse((520, min(y, 900), 680, min(y, 900) + 160), outline=(200, 30, 30), width=6)
    return made


def chart(luck: random.Random) -> Image.Image:
    """Return bars on white under a heading."""
    made = Image.new("RGB", (900, 600), "white")
    drawn = ImageDraw.Draw(made)
    drawn.rectangle((60, 30, 60 + luck.randrange(200, 600), 60), fill=(20, 20, 20))
    colour = tuple(luck.randbytes(3))
    for bar in range(luck.randrange(5, 15)):
        drawn.rectangle((80 + bar * 54, luck.randrange(120, 520), 118 + bar * 54, 540), fill=colour)
    return made


KINDS: dict[str, Callable[[random.Random], Image.Image]] = {
    "photo": photo, "screenshot": screenshot, "document": document, "chart": chart,
}  # fmt: skip


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """Return the picture as a platform would serve it."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _as(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": 60} if kind == "WEBP" else {}))
    return out.getvalue()


def _scaled(picture: Image.Image, by: float) -> Image.Image:
    return picture.resize((int(picture.width * by), int(picture.height * by)), Image.Resampling.LANCZOS)


def _cropped(picture: Image.Image, share: float) -> Image.Image:
    x, y = int(picture.width * share / 2), int(picture.height * share / 2)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def _marked(picture: Image.Image) -> Image.Image:
    made = picture.copy()
    box = (made.width - 190, made.height - 46, made.width - 16, made.height - 14)
    ImageDraw.Draw(made).rectangle(box, fill=(255, 255, 255))
    return made


def _bordered(picture: Image.Image) -> Image.Image:
    made = Image.new("RGB", (picture.width + 24, picture.height + 24), "white")
    made.paste(picture, (12, 12))
    return made


CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "the same": jpeg,
    "JPEG 30": lambda picture: jpeg(picture, 30),
    "WebP 60": lambda picture: _as(picture, "WEBP"),
    "PNG": lambda picture: _as(picture, "PNG"),
    "half size": lambda picture: jpeg(_scaled(picture, 0.5)),
    "quarter size, JPEG 50": lambda picture: jpeg(_scaled(picture, 0.25), 50),
    "watermark": lambda picture: jpeg(_marked(picture)),
    "brighter": lambda picture: jpeg(ImageEnhance.Brightness(picture).enhance(1.15)),
    "grey": lambda picture: jpeg(picture.convert("L")),
    "border": lambda picture: jpeg(_bordered(picture)),
    "crop 2 %": lambda picture: jpeg(_cropped(picture, 0.02)),
    "crop 5 %": lambda picture: jpeg(_cropped(picture, 0.05)),
    "crop 10 %": lambda picture: jpeg(_cropped(picture, 0.10)),
}
