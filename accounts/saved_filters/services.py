"""Writes about saved filters: keep one, forget one."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.saved_filters.models import MOST_PER_LIST, SavedFilter
from accounts.saved_filters.policies import check_query
from accounts.saved_filters.selectors import visible_to
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput
from common.locks import lock


@transaction.atomic
def save_filter(*, list_name: str, name: str, query: str, by: User, now: datetime | None = None) -> SavedFilter:
    """Keep the query of a list under a name; the same name again takes the new query. Raises InvalidInput, Conflict."""
    canonical = check_query(list_name, query)
    if not name.strip():
        raise InvalidInput(_("The name is missing."), field="name", remedy=_("Name it by what it shows."))
    lock(User.objects.all(), by.pk)  # one at a time per person, so that the limit holds
    own = SavedFilter.objects.filter(user=by, list_name=list_name)
    saved = own.filter(name=name.strip()).first()
    if saved is None:
        if own.count() >= MOST_PER_LIST:
            raise Conflict(
                _("You keep %(most)s filters for this list already.") % {"most": MOST_PER_LIST},
                field="name",
                remedy=_("Delete one that you do not need."),
            )
        saved = SavedFilter(user=by, list_name=list_name, name=name.strip(), created_at=now or timezone.now())
    saved.query = canonical
    saved.full_clean()
    saved.save()
    record("saved_filter.save", saved, by=by, now=now, changes={"query": canonical})
    return saved


@transaction.atomic
def delete_filter(*, filter_id: int, by: User, now: datetime | None = None) -> None:
    """Forget a filter of one's own. Raises NotFound."""
    saved = lock(visible_to(by), filter_id)
    record("saved_filter.delete", saved, by=by, now=now)
    saved.delete()
