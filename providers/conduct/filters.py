"""Filters of the watch list, of contracts and of a night's rows, for the pages and the endpoints."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from providers.conduct.enums import PROBATION_OPEN, WATCH_OPEN, ProbationStatus, ProbationVerdict, WatchStatus
from providers.conduct.models import JudgementRow, Probation, WatchEntry
from providers.criteria.enums import Outcome

MATTERS = [("open", _("Open")), ("ended", _("Ended"))]


class WatchFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    matter = filters.ChoiceFilter(label=_("Matter"), choices=MATTERS, method="by_matter", empty_label=_("Any"))
    status = filters.ChoiceFilter(label=_("Status"), choices=WatchStatus.choices, empty_label=_("Any"))
    criterion = filters.CharFilter(label=_("Key of the criterion"), field_name="criterion_key", lookup_expr="iexact")
    sign = filters.ChoiceFilter(
        label=_("Sign"),
        choices=[("breach", _("Broken")), ("forecast", _("Expected to break"))],
        method="by_sign",
        empty_label=_("Any"),
    )
    within = filters.NumberFilter(label=_("Breach expected within days"), method="expected_within", min_value=0)

    class Meta:
        model = WatchEntry
        fields: list[str] = []

    def search(self, queryset: QuerySet[WatchEntry], name: str, value: str) -> QuerySet[WatchEntry]:
        return queryset.filter(Q(provider__name__icontains=value) | Q(provider__code__iexact=value))

    def by_matter(self, queryset: QuerySet[WatchEntry], name: str, value: str) -> QuerySet[WatchEntry]:
        chosen = Q(status__in=WATCH_OPEN)
        return queryset.filter(chosen if value == "open" else ~chosen)

    def by_sign(self, queryset: QuerySet[WatchEntry], name: str, value: str) -> QuerySet[WatchEntry]:
        return queryset.filter(breach_on__isnull=value == "forecast")

    def expected_within(self, queryset: QuerySet[WatchEntry], name: str, value: int) -> QuerySet[WatchEntry]:
        until = business_day(timezone.now()) + timedelta(days=min(int(value), 3650))
        return queryset.filter(breach_on__isnull=True, forecast_on__lte=until)


class ProbationFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    matter = filters.ChoiceFilter(label=_("Matter"), choices=MATTERS, method="by_matter", empty_label=_("Any"))
    status = filters.ChoiceFilter(label=_("Status"), choices=ProbationStatus.choices, empty_label=_("Any"))
    verdict = filters.ChoiceFilter(label=_("Verdict"), choices=ProbationVerdict.choices, empty_label=_("Any"))
    ends_before = filters.DateFilter(label=_("Ends by"), field_name="ends_on", lookup_expr="lte")

    class Meta:
        model = Probation
        fields: list[str] = []

    def search(self, queryset: QuerySet[Probation], name: str, value: str) -> QuerySet[Probation]:
        return queryset.filter(Q(provider__name__icontains=value) | Q(provider__code__iexact=value))

    def by_matter(self, queryset: QuerySet[Probation], name: str, value: str) -> QuerySet[Probation]:
        chosen = Q(status__in=PROBATION_OPEN)
        return queryset.filter(chosen if value == "open" else ~chosen)


class NightFilter(filters.FilterSet):
    """A range of days; the list has no other question."""

    since = filters.DateFilter(label=_("From"), field_name="judged_on", lookup_expr="gte")
    until = filters.DateFilter(label=_("Until"), field_name="judged_on", lookup_expr="lte")


class NightRowFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    outcome = filters.ChoiceFilter(label=_("Outcome"), choices=Outcome.choices, empty_label=_("Any"))
    criterion = filters.CharFilter(label=_("Key of the criterion"), method="by_criterion")

    class Meta:
        model = JudgementRow
        fields: list[str] = []

    def search(self, queryset: QuerySet[JudgementRow], name: str, value: str) -> QuerySet[JudgementRow]:
        return queryset.filter(Q(provider__name__icontains=value) | Q(provider__code__iexact=value))

    def by_criterion(self, queryset: QuerySet[JudgementRow], name: str, value: str) -> QuerySet[JudgementRow]:
        return queryset.filter(Q(failed__contains=[value]) | Q(open__contains=[value]) | Q(forecast_key=value))
