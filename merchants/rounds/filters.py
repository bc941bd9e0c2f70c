"""Filters of the lists of rounds and places; pages and endpoints use the same."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from merchants.rounds.enums import SKIPS, Balance, RoundStatus
from merchants.rounds.models import MatchRound, RoundPlace

RESULTS = {
    "matched": (_("With a provider"), Q(provider__isnull=False)),
    "nobody": (_("Nobody found"), Q(provider__isnull=True)),
    "invited": (_("Invited"), Q(invitation__isnull=False)),
    "skipped": (_("Not invited"), ~Q(skipped="")),
}


class MatchRoundFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label=_("Status"), choices=RoundStatus.choices)
    balance = django_filters.ChoiceFilter(label=_("Balance of the load"), choices=Balance.choices)

    class Meta:
        model = MatchRound
        fields = ["status", "balance"]


class RoundPlaceFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="find", label=_("Shop or provider"))
    result = django_filters.ChoiceFilter(
        method="narrow", label=_("Result"), choices=[(name, label) for name, (label, _condition) in RESULTS.items()]
    )
    skipped = django_filters.ChoiceFilter(label=_("Not invited because"), choices=SKIPS)

    class Meta:
        model = RoundPlace
        fields = ["search", "result", "skipped"]

    def find(self, queryset: "QuerySet[RoundPlace]", name: str, value: str) -> "QuerySet[RoundPlace]":
        """By code or a part of the name of either side."""
        sides = ("request__merchant", "provider")
        exact = [Q(**{f"{side}__code__iexact": value}) for side in sides]
        parts = [Q(**{f"{side}__name__icontains": value}) for side in sides]
        return queryset.filter(exact[0] | exact[1] | parts[0] | parts[1])

    def narrow(self, queryset: "QuerySet[RoundPlace]", name: str, value: str) -> "QuerySet[RoundPlace]":
        """By what the round gave or what became of it."""
        return queryset.filter(RESULTS[value][1])
