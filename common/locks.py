"""Taking a row for a change."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from common.exceptions import NotFound

Row = TypeVar("Row", bound=Model)


def lock(queryset: QuerySet[Row], pk: object) -> Row:
    """The row under SELECT ... FOR UPDATE (itself only, not what it joins); NotFound when there is none."""
    # One row needs no order, and the model's own would cost joins and time.
    row = next(iter(queryset.select_for_update(of=("self",)).filter(pk=pk).order_by()), None)
    if row is None:
        raise NotFound()
    return row
