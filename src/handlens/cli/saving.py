"""Pictures are written whole or not at all, and say who made them: `whole.replaces` goes by that."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handlens.whole import write_whole

if TYPE_CHECKING:
    from PIL.Image import Image

    from handlens.insight.figures import Figure

MAKER = "handlens"
QUALITY = 90
"""Of JPEG and WebP; Pillow's 75 blurs a stroke's edge."""


def save_image(image: "Image", path: Path) -> None:
    """Write an image as PNG, JPEG or WebP, by the path's suffix; its folder is made if need be.

    Raises:
        OSError: it can't be written.
    """
    from PIL import ExifTags
    from PIL.Image import Exif, registered_extensions
    from PIL.PngImagePlugin import PngInfo

    form = registered_extensions()[path.suffix.lower()]
    text, exif = PngInfo(), Exif()
    text.add_text("Software", MAKER)
    exif[ExifTags.Base.Software] = MAKER
    options: dict[str, Any] = {"pnginfo": text} if form == "PNG" else {"exif": exif, "quality": QUALITY}
    image.save(stream := BytesIO(), form, **options)
    _save(path, stream.getvalue())


def save_figure(figure: "Figure", path: Path) -> None:
    """Write a figure as PNG, SVG or PDF, likewise."""
    form = path.suffix.lower().removeprefix(".")
    maker = {"Software" if form == "png" else "Creator": MAKER}
    figure.savefig(stream := BytesIO(), format=form, metadata=maker)
    _save(path, stream.getvalue())


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
