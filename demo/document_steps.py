"""Providers of the demo world send their documents; most are accepted, a few are open, missing or over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from demo.cast import Cast
from providers.documents.enums import DocumentType
from providers.documents.rules import required_types
from providers.documents.services import accept_document, ask_revision, upload_document
from providers.registry.models import Provider

CHECKED, OPEN, REVISION, MISSING = "checked", "open", "revision", "missing"
# What differs from a complete and accepted set, by the provider's place among the others.
SPECIALS: tuple[tuple[int, int, dict[str, str]], ...] = (
    (23, 5, {DocumentType.TAX_CERTIFICATE: OPEN}),
    (31, 11, {DocumentType.BANK_CERTIFICATE: REVISION}),
    (47, 17, {DocumentType.TAX_CERTIFICATE: MISSING}),
)
LIFE = timedelta(days=3650)
SHORT_LIFE = timedelta(days=385)
SHORT_EVERY = 20
REVISE = "图片不清晰，请重新扫描后上传。"


def special_of(index: int) -> Mapping[str, str]:
    """What is odd about the documents of the provider at `index`; mostly nothing."""
    return next((odd for every, place, odd in SPECIALS if index % every == place), {})


def life_of(index: int) -> timedelta:
    """How long the identity card still holds: for one in twenty it ends soon after the world's present day."""
    return SHORT_LIFE + timedelta(days=index % 40 - 20) if index % SHORT_EVERY == 7 else LIFE


def send_documents(
    cast: Cast, provider: Provider, owner: User, *, now: datetime, odd: Mapping[str, str], life: timedelta = LIFE
) -> None:
    """All required documents, checked by a reviewer the same day; `odd` says by type what is otherwise."""
    reviewer = cast.staff[Role.ADMISSION_REVIEWER]
    later = now + timedelta(hours=3)
    for document_type in required_types():
        state = odd.get(document_type, CHECKED)
        if state == MISSING:
            continue
        named = document_type == DocumentType.LEGAL_REPRESENTATIVE_ID
        document = upload_document(
            provider_id=provider.pk,
            document_type=document_type,
            issued_on=business_day(now) - timedelta(days=400),
            expires_on=business_day(now) + life if named else None,
            chunks=[make_pdf(f"{provider.code} {document_type}")],
            file_name=f"{document_type}.pdf",
            by=owner,
            now=now,
        )
        if state == CHECKED:
            accept_document(document_id=document.pk, by=reviewer, now=later)
        elif state == REVISION:
            ask_revision(document_id=document.pk, by=reviewer, note=REVISE, now=later)


def make_pdf(text: str) -> bytes:
    """One page that says `text` (plain ASCII)."""
    drawn = f"BT /F1 24 Tf 72 760 Td ({text}) Tj ET"
    parts = [
        "<</Type /Catalog /Pages 2 0 R>>",
        "<</Type /Pages /Kids [3 0 R] /Count 1>>",
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>\nstream\n{drawn}\nendstream",
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
    ]
    file, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(parts) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size} /Root 1 0 R>>\nstartxref\n{len(file)}\n"
    return f"{file}{end}%%EOF\n".encode("ascii")
