"""Tables of the admission pages."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from babel.dates import format_timedelta
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.money import babel_locale
from pages.columns import DayColumn, NumberColumn, StatusColumn
from providers.admission.clocks import PROMISED_DAYS, read_clock
from providers.admission.enums import ApplicationStatus
from providers.admission.models import Application
from providers.admission.review.enums import PanelState
from providers.criteria.enums import Outcome
from providers.registry.models import Provider
from providers.traders.models import Trader


def describe_wait(since: datetime, now: datetime) -> str:
    """How long something waits, in days, below one day in hours."""
    waited = now - since
    return format_timedelta(waited, "day" if waited.days else "hour", threshold=10_000, locale=babel_locale())


class WaitColumn(tables.Column):
    """The clock of an application: how long it waits, of the days that were promised, and what that means."""

    def render(self, record: Application) -> str | SafeString:
        if record.status != ApplicationStatus.SUBMITTED or record.submitted_at is None:
            return "—"
        now = timezone.now()
        clock = read_clock(record.submitted_at, now)
        return format_html(
            '<span class="clock clock-{}"><span>{}</span> <span class="clock-words">{}</span></span>',
            clock.value,
            _("%(wait)s of %(days)s days") % {"wait": describe_wait(record.submitted_at, now), "days": PROMISED_DAYS},
            clock.label,
        )

    def value(self, record: Application) -> str:
        return record.submitted_at.isoformat() if record.submitted_at else ""


class OutcomeColumn(tables.Column):
    """The outcome of the newest triage as words with a coloured dot; the words alone in an export."""

    def render(self, value: str) -> SafeString:
        return format_html('<span class="state state-{}">{}</span>', value, Outcome(value).label)

    def value(self, value: str) -> str:
        return str(Outcome(value).label) if value in Outcome.values else ""


class SelectColumn(tables.Column):
    """A box that belongs to the form with the id `bulk`; it carries the id and the version that the viewer saw."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(verbose_name=_("Select"), orderable=False, empty_values=(), exclude_from_export=True, **kwargs)

    def render(self, record: Application) -> str | SafeString:
        if record.status != ApplicationStatus.SUBMITTED:
            return ""
        return format_html(
            '<input class="form-check-input" type="checkbox" form="bulk" name="item" value="{}:{}" aria-label="{}">',
            record.pk,
            record.version,
            _("Select %(number)s") % {"number": record.number},
        )


class PanelColumn(tables.Column):
    """Where the panel stands as far as the viewer may know; one's own review is linked."""

    def render(self, record: Application) -> str | SafeString:
        state = record.panel_state  # type: ignore[attr-defined]
        if not state:
            return "—"
        words = format_html('<span class="state state-{}">{}</span>', state, PanelState(state).label)
        own = record.own_review  # type: ignore[attr-defined]
        if own is None:
            return words
        return format_html('<a href="{}">{}</a>', reverse("pages:staff:review_detail", args=[own]), words)

    def value(self, record: Application) -> str:
        state = record.panel_state  # type: ignore[attr-defined]
        return str(PanelState(state).label) if state else ""


class ApplicationTable(tables.Table):
    select = SelectColumn()
    number = tables.Column(
        verbose_name=_("Application"),
        order_by="pk",
        linkify=("pages:staff:application_case", {"pk": A("pk")}),
    )
    company = tables.Column(accessor="provider__name", verbose_name=_("Company"), attrs={"td": {"class": "cell-name"}})
    clock = WaitColumn(
        accessor="submitted_at",
        verbose_name=_("Time waited"),
        empty_values=(),
        attrs={"td": {"class": "text-nowrap"}},
    )
    triage_outcome = OutcomeColumn(verbose_name=_("Triage"), default="—")
    panel = PanelColumn(verbose_name=_("Panel"), orderable=False, empty_values=())
    status = StatusColumn(verbose_name=_("Status"))
    provider_type = tables.Column(
        accessor="provider__get_provider_type_display",
        verbose_name=_("Type"),
        order_by="provider__provider_type",
    )
    category = tables.Column(
        accessor="provider__get_category_display",
        verbose_name=_("Main category"),
        order_by="provider__category",
    )
    region = tables.Column(
        accessor="provider__get_region_display", verbose_name=_("Region"), order_by="provider__region"
    )
    evidence_count = NumberColumn(verbose_name=_("Evidence"))
    trader_count = NumberColumn(verbose_name=_("Traders"))

    class Meta:
        attrs = {"caption": _("Applications")}
        order_by = "clock"


class ProviderTable(tables.Table):
    code = tables.Column(linkify=("pages:staff:provider_detail", {"code": A("code")}))
    name = tables.Column()
    provider_type = tables.Column()
    category = tables.Column()
    region = tables.Column()
    status = StatusColumn()
    admitted_at = DayColumn()

    class Meta:
        model = Provider
        fields = ("code", "name", "provider_type", "category", "region", "status", "admitted_at")
        attrs = {"caption": _("Providers")}
        order_by = "code"


class ProviderTraderTable(tables.Table):
    """The traders of one provider."""

    code = tables.Column(linkify=("pages:staff:trader_detail", {"code": A("code")}))
    name = tables.Column()
    level = tables.Column()
    max_live_rooms = NumberColumn()
    status = StatusColumn()

    class Meta:
        model = Trader
        fields = ("code", "name", "level", "max_live_rooms", "status")
        attrs = {"caption": _("Traders")}
        order_by = "code"
