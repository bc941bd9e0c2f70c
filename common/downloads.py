"""Private files as downloads: never at a public address, never shown by a browser in the portal's own name."""

from pathlib import Path

from django.http import FileResponse


def send_file(path: Path, *, name: str, media_type: str) -> FileResponse:
    """The file to be saved under `name`. The caller has asked for permission."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
