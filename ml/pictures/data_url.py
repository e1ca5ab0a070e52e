"""A picture as text that a page or JSON can hold."""

import base64
import io
from typing import Any

from PIL import Image


def write_data_url(picture: Image.Image, **options: Any) -> str:  # noqa: ANN401
    """Return a picture as the data URL of a PNG; `options` are Pillow's for writing one."""
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
