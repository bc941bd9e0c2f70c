"""Tables of match rounds and their places."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.templatetags.paddock import number
from merchants.rounds.enums import PlaceOutcome
from merchants.rounds.models import MatchRound, RoundPlace
from pages.columns import CountColumn, MomentColumn, NumberColumn, StatusColumn
from pages.match_rounds import show_fit


class FitColumn(NumberColumn):
    """Fit of 100; the share in an export."""

    def render(self, value: float) -> str:
        return show_fit(value)

    def value(self, value: float | None) -> str:
        return "" if value is None else repr(value)


class GiniColumn(NumberColumn):
    """A Gini coefficient."""

    def render(self, value: float) -> str:
        return number(value, 3)

    def value(self, value: float | None) -> str:
        return "" if value is None else repr(value)


class MatchRoundTable(tables.Table):
    code = tables.Column(verbose_name=_("Round"), order_by="pk", linkify=("pages:staff:match_round", {"pk": A("pk")}))
    created_at = MomentColumn()
    status = StatusColumn()
    balance = tables.Column(verbose_name=_("Balance"))
    request_count = CountColumn()
    matched_count = CountColumn()
    mean_fit = FitColumn()
    gini_after = GiniColumn(verbose_name=_("Gini"))
    idle_after = CountColumn()

    class Meta:
        model = MatchRound
        fields = (
            "code",
            "created_at",
            "status",
            "balance",
            "request_count",
            "matched_count",
            "mean_fit",
            "gini_after",
            "idle_after",
        )
        attrs = {"caption": _("Match rounds")}


class RoundPlaceTable(tables.Table):
    request = tables.Column(accessor="request__code", verbose_name=_("Request"), order_by="request__pk")
    merchant = tables.Column(accessor="request__merchant__name", verbose_name=_("Shop"))
    rooms = NumberColumn(accessor="request__rooms", verbose_name=_("Live rooms at once"))
    provider = tables.Column(accessor="provider__name", verbose_name=_("Provider"))
    fit = FitColumn()
    outcome = tables.Column(verbose_name=_("Result"), orderable=False)
    reasons = tables.Column(verbose_name=_("Reasons"), accessor="pk", orderable=False, exclude_from_export=True)

    class Meta:
        model = RoundPlace
        fields = ("request", "merchant", "rooms", "provider", "fit", "outcome", "reasons")
        attrs = {"caption": _("What each request gets")}

    def render_request(self, record: RoundPlace) -> SafeString:
        address = reverse("pages:staff:match_request", args=[record.request_id])
        return format_html(
            '<a class="text-nowrap" href="{}">{}</a><br><span class="text-secondary">{}</span>',
            address,
            record.request.code,
            record.request.title,
        )

    def value_request(self, record: RoundPlace) -> str:
        return record.request.code

    def render_provider(self, record: RoundPlace) -> str | SafeString:
        if record.provider is None:
            return "—"
        address = reverse("pages:staff:provider_detail", args=[record.provider.code])
        return format_html('<a href="{}">{}</a>', address, record.provider.name)

    def value_provider(self, record: RoundPlace) -> str:
        return record.provider.code if record.provider else ""

    def render_outcome(self, record: RoundPlace) -> SafeString:
        state, label = describe_outcome(record)
        words = format_html('<span class="state state-{}">{}</span>', state, label)
        if not record.skipped:
            return words
        return format_html('{}<br><span class="text-secondary">{}</span>', words, record.get_skipped_display())

    def value_outcome(self, record: RoundPlace) -> str:
        return record.skipped or record.outcome

    def render_reasons(self, record: RoundPlace) -> SafeString:
        address = reverse("pages:staff:round_place", args=[record.round_id, record.pk])
        return format_html('<a href="{0}" aria-label="{1} {2}">{1}</a>', address, _("Why"), record.request.code)


def describe_outcome(place: RoundPlace) -> tuple[str, str]:
    """State for its colour, and words: those of the invitation once there is one."""
    if place.invitation is not None:
        return place.invitation.status, str(place.invitation.get_status_display())
    tone = {PlaceOutcome.NOBODY: "unmatched", PlaceOutcome.SKIPPED: "paused"}
    outcome = PlaceOutcome(place.outcome)
    return tone.get(outcome, outcome.value), str(outcome.label)
