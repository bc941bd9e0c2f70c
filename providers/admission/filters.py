"""Filters of the application queue, for the page and the endpoint."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from providers.admission.clocks import PROMISED_DAYS, SOON_DAYS, Clock
from providers.admission.enums import ApplicationStatus
from providers.admission.models import Application
from providers.admission.review.queue import FILTERS, in_panel_state
from providers.admission.triage_selectors import newest_outcome
from providers.criteria.enums import Outcome
from providers.enums import Category, ProviderType, Region

WAITING = [
    ("1", _("1 day and more")),
    ("3", _("3 days and more")),
    ("7", _("7 days and more")),
    ("14", _("14 days and more")),
]


class ApplicationFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=ApplicationStatus.choices, empty_label=_("Any"))
    provider_type = filters.ChoiceFilter(
        field_name="provider__provider_type", label=_("Type"), choices=ProviderType.choices, empty_label=_("Any")
    )
    category = filters.ChoiceFilter(
        field_name="provider__category", label=_("Main category"), choices=Category.choices, empty_label=_("Any")
    )
    region = filters.ChoiceFilter(
        field_name="provider__region", label=_("Region"), choices=Region.choices, empty_label=_("Any")
    )
    triage = filters.ChoiceFilter(label=_("Triage"), choices=Outcome.choices, method="triaged", empty_label=_("Any"))
    waiting = filters.ChoiceFilter(label=_("Time waited"), choices=WAITING, method="wait", empty_label=_("Any time"))

    panel = filters.ChoiceFilter(
        label=_("Panel"),
        choices=[(state.value, state.label) for state in FILTERS],
        method="by_panel",
        empty_label=_("Any"),
    )
    clock = filters.ChoiceFilter(label=_("Clock"), choices=Clock.choices, method="by_clock", empty_label=_("Any"))

    class Meta:
        model = Application
        fields: list[str] = []

    def search(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        return queryset.filter(
            Q(provider__name__icontains=value) | Q(provider__code__iexact=value) | Q(provider__uscc__iexact=value)
        )

    def triaged(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Those whose newest triage came to `value`."""
        return queryset.filter(Exact(newest_outcome(), value))

    def wait(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Those that wait for a decision and were submitted at least `value` days ago."""
        since = timezone.now() - timedelta(days=int(value))
        return queryset.filter(status=ApplicationStatus.SUBMITTED, submitted_at__lte=since)

    def by_panel(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Submitted ones whose panel stands so for the viewer: “settled” are those that wait for a decision."""
        return in_panel_state(queryset.filter(status=ApplicationStatus.SUBMITTED), self.request.user, value)

    def by_clock(self, queryset: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Submitted ones by how their wait stands against the promise."""
        now = timezone.now()
        late, soon = (now - timedelta(days=days) for days in (PROMISED_DAYS, PROMISED_DAYS - SOON_DAYS))
        waiting = queryset.filter(status=ApplicationStatus.SUBMITTED)
        if value == Clock.OVERDUE:
            return waiting.filter(submitted_at__lte=late)
        if value == Clock.DUE_SOON:
            return waiting.filter(submitted_at__gt=late, submitted_at__lte=soon)
        return waiting.filter(submitted_at__gt=soon)
