"""A text in both languages of the portal, whatever the reader's."""

from django.utils import translation
from django.utils.functional import Promise

CODES = {"zh": "zh-hans", "en": "en"}


def in_both(text: str | Promise) -> dict[str, str]:
    """`zh` and `en` of a text that gettext translates late."""
    words = {}
    for key, code in CODES.items():
        with translation.override(code):
            words[key] = str(text)
    return words
