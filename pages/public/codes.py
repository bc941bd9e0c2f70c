"""The QR codes of verification pages."""

import segno
from django.conf import settings
from django.urls import reverse


def draw_code(code: str) -> dict[str, str]:
    """`address` of the verification page and `qr`, its code as a picture; for a template."""
    return draw_address(settings.BASE_URL + reverse("pages:verify_provider", args=[code]))


def draw_address(address: str) -> dict[str, str]:
    """`address` and `qr`, its code as a picture; for a template."""
    return {"address": address, "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=2)}
