"""Taking a row for a change."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from common.exceptions import NotFound

Row = TypeVar("Row", bound=Model)


def lock(queryset: QuerySet[Row], pk: object) -> Row:
    """The row under SELECT ... FOR UPDATE (itself only, not what it joins); NotFound when there is none."""
    row = queryset.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row
