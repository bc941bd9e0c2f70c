"""Resident identity numbers: read, hashed under the portal's key, masked. The number itself is never stored."""

import hashlib
import hmac
import re
import unicodedata
from datetime import date

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from common.exceptions import InvalidInput

FIELD = "identity_number"
LENGTH = 18
ADULT_YEARS = 18


def read_identity_number(text: str, *, today: date) -> str:
    """A resident identity number in its one form; InvalidInput on `identity_number` when it cannot be one, or when its
    holder is not of age on `today`. Full-width characters, a small x, spaces and hyphens are accepted.

    The place is not checked: codes of counties come and go, and real people carry numbers of places that are no more.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()
    if len(number) != LENGTH:
        raise InvalidInput(
            _("An identity number has 18 characters, this one has %(count)s.") % {"count": len(number)},
            field=FIELD,
            remedy=_("Copy all 18 characters from the identity card."),
        )
    born = _read_birth_date(number)
    if born is None:
        raise InvalidInput(
            _("This cannot be an identity number: its date of birth or a character is impossible."),
            field=FIELD,
            remedy=_("Compare all 18 characters with the identity card."),
        )
    if number[-1] != ric.calc_check_digit(number):
        raise InvalidInput(
            _("The check digit of this identity number is wrong."),
            field=FIELD,
            remedy=_("Compare all 18 characters with the identity card."),
        )
    if (born.year + ADULT_YEARS, born.month, born.day) > (today.year, today.month, today.day):
        raise InvalidInput(
            _("A trader is at least %(years)s years old.") % {"years": ADULT_YEARS},
            field=FIELD,
            remedy=_("Register this person after the birthday."),
        )
    return number


def hash_identity(number: str) -> str:
    """The keyed hash by which a person is recognised; without the key it cannot be traced back by trying numbers."""
    return hmac.new(settings.IDENTITY_KEY.encode(), f"person:{number}".encode(), hashlib.sha256).hexdigest()


def mask_identity(number: str) -> str:
    """The first three and the last two characters; what lies between, the date of birth too, is hidden."""
    return f"{number[:3]}{'*' * 13}{number[-2:]}"


def _read_birth_date(number: str) -> date | None:
    """None when a character or the day cannot stand there."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    try:
        born: date = ric.get_birth_date(number)
    except ValidationError:
        return None
    return born
