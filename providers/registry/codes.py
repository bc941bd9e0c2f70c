"""Numbers by which the portal and the state know a company."""

import unicodedata

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from common.exceptions import InvalidInput


def next_pk(model: type[Model]) -> int:
    """The next primary key of `model`, taken from its sequence: unique without a lock, also for two at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def format_code(letter: str, pk: int) -> str:
    """The public code of a row, such as P000123."""
    return f"{letter}{pk:06d}"


def read_uscc(text: str) -> str:
    """A unified social credit code in its one form; InvalidInput on field `uscc` when it cannot be one.

    Full-width characters, lower case, spaces and hyphens are accepted. Check digit as in GB 32100-2015.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()
    try:
        return str(uscc.validate(number))
    except InvalidLength as error:
        raise InvalidInput(
            _("A unified social credit code has 18 characters, this one has %(count)s.") % {"count": len(number)},
            field="uscc",
            remedy=_("Copy all 18 characters from the business licence."),
        ) from error
    except InvalidChecksum as error:
        raise InvalidInput(
            _("The check digit of this unified social credit code is wrong."),
            field="uscc",
            remedy=_("Compare all 18 characters with the business licence."),
        ) from error
    except ValidationError as error:
        raise InvalidInput(
            _("This unified social credit code has a character that cannot stand there."),
            field="uscc",
            remedy=_(
                "The first eight are digits, and the letters I, O, S, V and Z never occur: look for 0, 1, 2 and 5."
            ),
        ) from error
