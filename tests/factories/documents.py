"""Files and documents for tests: real little files, made through the services."""

import struct
import zlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from accounts.models import User
from providers.documents.models import Document
from providers.documents.rules import required_types
from providers.documents.services import accept_document, ask_revision, expire_document, upload_document
from providers.registry.models import Provider
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
TODAY = date(2026, 6, 1)
ISSUED = date(2025, 1, 1)

_numbers = count(1)


def make_pdf(*, pages: int = 1, more: bytes = b"", number: int | None = None) -> bytes:
    """A small PDF, another one at each call unless `number` is given."""
    body = b"".join(b"%d 0 obj<</Type /Page/Parent 2 0 R>>endobj\n" % (3 + index) for index in range(pages))
    mark = next(_numbers) if number is None else number
    return (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type /Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type /Pages/Count "
        + b"%d>>endobj\n%% %d\n" % (pages, mark)
        + body
        + more
        + b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def make_png(width: int = 2, height: int = 2) -> bytes:
    """A PNG whose header names this size; its pixels are not asked for."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\0\0\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_jpeg(width: int = 2, height: int = 2) -> bytes:
    """The markers of a JPEG of this size."""
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\0\0\x3f\0" + b"\x12\x34"
    return b"\xff\xd8" + app + frame + scan + b"\xff\xd9"


def make_webp(width: int = 2, height: int = 2) -> bytes:
    """A lossless WebP header of this size."""
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + b"\0" * 5
    data = b"WEBPVP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(data)) + data


def make_document(provider: Provider | None = None, *, status: str = "uploaded", **fields: Any) -> Document:
    """A document of `provider`, else of a new one, brought to `status` by its owner and a new reviewer."""
    provider = provider or make_provider()
    owner = owner_of(provider)
    values: dict[str, Any] = {
        "document_type": "business_licence",
        "issued_on": ISSUED,
        "expires_on": date(2026, 12, 31),
        "file_name": "licence.pdf",
        "now": NOW,
        **fields,
    }
    document = send(provider, by=owner, **values)
    if status == "accepted":
        accept_document(document_id=document.pk, by=make_staff(), now=values["now"])
    elif status == "revision_asked":
        ask_revision(document_id=document.pk, by=make_staff(), note="The stamp cannot be read.", now=values["now"])
    elif status == "superseded":
        send(provider, by=owner, **values)
    elif status == "expired":
        day = values["expires_on"]
        expire_document(document_id=document.pk, now=datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
    return Document.objects.select_related("provider").get(pk=document.pk)


def make_required_documents(provider: Provider) -> None:
    """Every required document, accepted and valid for years."""
    for document_type in required_types():
        make_document(provider, document_type=document_type, status="accepted", expires_on=date(2099, 12, 31))


def send(provider: Provider, *, by: User | None = None, content: bytes | None = None, **fields: Any) -> Document:
    """Upload a document; a new PDF unless `content` is given."""
    values: dict[str, Any] = {
        "document_type": "business_licence",
        "issued_on": ISSUED,
        "file_name": "licence.pdf",
        "now": NOW,
        **fields,
    }
    chunks = [content if content is not None else make_pdf()]
    return upload_document(provider_id=provider.pk, chunks=chunks, by=by or owner_of(provider), **values)
