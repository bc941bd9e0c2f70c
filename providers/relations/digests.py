"""From a value to what may be kept of it: a keyed hash to compare by, a masked form to show."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from engine.names import normalise
from providers.registry.codes import read_uscc
from providers.relations.enums import IdentifierKind as K

_ADDRESS_WORDS = (
    ("号楼", "幢"),
    ("栋", "幢"),
    ("座", "幢"),
    ("单元", "元"),
    ("楼", "层"),
    ("房间", "室"),
    ("房", "室"),
    ("弄", "巷"),
)
_ID_TAIL = re.compile(r"^[0-9]{5}[0-9x]$")


@dataclass(frozen=True)
class Sealed:
    """What is kept of one identifier."""

    kind: str
    digest: str
    masked: str


def seal(kind: str, value: str) -> Sealed:
    """Normalise `value`, hash it under IDENTITY_KEY and mask it. Raises InvalidInput."""
    if kind not in READERS:
        raise InvalidInput(
            _("There is no such kind of identifier."), field="kind", remedy=_("Use one of: %s.") % ", ".join(READERS)
        )
    read, mask = READERS[kind]
    plain = read(value)
    key = settings.IDENTITY_KEY.encode()
    digest = hmac.new(key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()
    return Sealed(kind, digest, mask(plain))


def seal_representative(name: str, id_tail: str = "") -> list[Sealed]:
    """A legal representative: with the last six characters of the identity number as a person, always as a bare name,
    which says little. Raises InvalidInput (field `representative_id`)."""
    sealed = [seal(K.REPRESENTATIVE_NAME, name)]
    if id_tail.strip():
        sealed.append(seal(K.LEGAL_REPRESENTATIVE, person(name, id_tail, field="representative_id")))
    return sealed


def person(name: str, id_tail: str, *, field: str = "value") -> str:
    """A person as one text: the name and the last six characters of the identity number."""
    tail = normalise(id_tail).replace(" ", "")
    if not _ID_TAIL.match(tail):
        raise InvalidInput(
            _("The last six characters of an identity number are digits; the last one may be X."),
            field=field,
            remedy=_("Copy the last six characters from the identity card."),
        )
    return f"{name}/{tail}"


def _read_phone(value: str) -> str:
    digits = re.sub(r"\D", "", normalise(value))
    digits = digits.removeprefix("00")
    if digits.startswith("86") and len(digits) >= 12:
        digits = digits[2:]
    digits = digits.lstrip("0")
    if not 7 <= len(digits) <= 15:
        raise InvalidInput(
            _("This is no phone number."), field="phone", remedy=_("Give 7 to 15 digits, such as 138 0013 8000.")
        )
    return digits


def _read_account(value: str) -> str:
    account = re.sub(r"[\s-]", "", normalise(value)).upper()
    if not re.fullmatch(r"[A-Z0-9]{8,34}", account):
        raise InvalidInput(
            _("This is no bank account number."),
            field="bank_account",
            remedy=_("Give 8 to 34 digits or letters, as on the account's statement."),
        )
    return account


def _read_address(value: str) -> str:
    address = normalise(value).replace(" ", "-")
    for long, short in _ADDRESS_WORDS:
        address = address.replace(long, short)
    if len(address) < 6:
        raise InvalidInput(
            _("This address is too short."), field="address", remedy=_("Give city, street, number and room.")
        )
    return address


def _read_name(value: str) -> str:
    name = normalise(value).replace(" ", "")
    if len(name) < 2:
        raise InvalidInput(
            _("The name is too short."), field="representative", remedy=_("Give the full name of the person.")
        )
    return name


def _read_person(value: str) -> str:
    name, _slash, tail = value.rpartition("/")
    return f"{_read_name(name)}/{tail}"


def _read_device(value: str) -> str:
    device = value.strip().lower()
    if not 8 <= len(device) <= 200:
        raise InvalidInput(
            _("A device is named by 8 to 200 characters."), field="value", remedy=_("Give the platform's device code.")
        )
    return device


def _mask_middle(value: str) -> str:
    shown = 3 if len(value) >= 9 else 1
    return f"{value[:shown]}****{value[-4:]}" if len(value) > 4 + shown else f"{value[:1]}****"


def _mask_name(name: str) -> str:
    return name[:1] + "*" * min(2, len(name) - 1)


def _mask_person(value: str) -> str:
    return _mask_name(value.rpartition("/")[0])


def _mask_address(address: str) -> str:
    return f"{address[:6]}****"


READERS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    K.COMPANY: (read_uscc, _mask_middle),
    K.LEGAL_REPRESENTATIVE: (_read_person, _mask_person),
    K.REPRESENTATIVE_NAME: (_read_name, _mask_name),
    K.PHONE: (_read_phone, _mask_middle),
    K.BANK_ACCOUNT: (_read_account, _mask_middle),
    K.ADDRESS: (_read_address, _mask_address),
    K.DEVICE: (_read_device, _mask_middle),
    K.TRADER: (_read_person, _mask_person),
}
