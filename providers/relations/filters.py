"""Filters of links and of the barred list, for the pages and the endpoints."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from providers.relations.enums import BLOCKING, LinkStatus, Reason
from providers.relations.link_models import Link
from providers.relations.models import BarredParty
from providers.relations.selectors import in_force
from providers.relations.strengths import INTERCEPTS

EFFECTS = [("intercepts", _("Keeps the applicant out")), ("hint", _("Hint only"))]


class LinkFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    status = filters.ChoiceFilter(label=_("Status"), choices=LinkStatus.choices, empty_label=_("Any"))
    effect = filters.ChoiceFilter(label=_("Effect"), choices=EFFECTS, method="take_effect", empty_label=_("Any"))
    reason = filters.ChoiceFilter(label=_("Reason"), choices=Reason.choices, method="rest_on", empty_label=_("Any"))

    class Meta:
        model = Link
        fields: list[str] = []

    def search(self, queryset: QuerySet[Link], name: str, value: str) -> QuerySet[Link]:
        return queryset.filter(
            Q(provider__name__icontains=value)
            | Q(provider__code__iexact=value)
            | Q(other__name__icontains=value)
            | Q(other__provider__code__iexact=value)
        )

    def take_effect(self, queryset: QuerySet[Link], name: str, value: str) -> QuerySet[Link]:
        if value == "hint":
            return queryset.filter(strength__lt=INTERCEPTS)
        today = business_day(timezone.now())
        return queryset.filter(in_force(today), strength__gte=INTERCEPTS, status__in=BLOCKING)

    def rest_on(self, queryset: QuerySet[Link], name: str, value: str) -> QuerySet[Link]:
        return queryset.filter(reasons__contains=[value])


class OwnLinkFilter(LinkFilter):
    """For applicants: without what would ask about the other party."""

    q = None
    effect = None


class BarredPartyFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Name or code"), method="search")
    force = filters.ChoiceFilter(
        label=_("State"),
        choices=[("listed", _("On the list")), ("off", _("Taken off or over"))],
        method="in_force",
        empty_label=_("Any"),
    )

    class Meta:
        model = BarredParty
        fields: list[str] = []

    def search(self, queryset: QuerySet[BarredParty], name: str, value: str) -> QuerySet[BarredParty]:
        return queryset.filter(Q(name__icontains=value) | Q(uscc__iexact=value))

    def in_force(self, queryset: QuerySet[BarredParty], name: str, value: str) -> QuerySet[BarredParty]:
        lasting = Q(until__isnull=True) | Q(until__gte=business_day(timezone.now()))
        listed = Q(withdrawn_at__isnull=True) & lasting
        return queryset.filter(listed) if value == "listed" else queryset.exclude(listed)
