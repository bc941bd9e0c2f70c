"""Inserting a row that may exist only once, when two people try at the same moment."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from common.exceptions import Conflict

UNIQUE_VIOLATION = "23505"


def insert_once(row: models.Model, *, or_else: Conflict) -> None:
    """Validate and insert `row`; raises `or_else` when what must be unique is taken, ValidationError for all else.

    Race: both find it free. The later one meets the other's row in its own validation or in the unique constraint,
    and is refused in the same words either way.
    """
    try:
        row.full_clean()
        with transaction.atomic():
            row.save(force_insert=True)
    except ValidationError as error:
        if any(fault.code == "unique" for faults in error.error_dict.values() for fault in faults):
            raise or_else from error
        raise
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", "") == UNIQUE_VIOLATION:
            raise or_else from error
        raise
