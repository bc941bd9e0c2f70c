"""Tables of the watch list, of contracts and of nights."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A

from common.templatetags.paddock import local_text
from pages.columns import CountColumn, DayColumn, MomentColumn, StatusColumn
from pages.conduct_words import EntryWords, describe_entries
from providers.conduct.models import Judgement, JudgementRow, Probation, WatchEntry


class WatchTable(tables.Table):
    provider = tables.Column(accessor="provider__name", linkify=("pages:staff:watch_detail", {"pk": A("pk")}))
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"))
    criterion_key = tables.Column(verbose_name=_("Criterion"))
    value = tables.Column(orderable=False, verbose_name=_("Value and limit"), empty_values=())
    sign = tables.Column(accessor="breach_on", verbose_name=_("Sign"), empty_values=())
    forecast_on = DayColumn()
    status = StatusColumn()
    due_on = DayColumn()
    opened_at = MomentColumn(verbose_name=_("On the list since"))

    class Meta:
        model = WatchEntry
        fields = ("provider", "code", "criterion_key", "value", "sign", "forecast_on", "status", "due_on", "opened_at")
        attrs = {"caption": _("Watch list")}
        order_by = ("-opened_at",)

    @cached_property
    def words(self) -> dict[int, EntryWords]:
        """The shown entries in words; their criteria are read together."""
        shown = self.page.object_list.data if self.page else self.data
        return {found.entry.pk: found for found in describe_entries([*shown])}

    def _words(self, record: WatchEntry) -> EntryWords:
        return self.words[record.pk]

    def render_criterion_key(self, record: WatchEntry) -> str:
        return self._words(record).title

    def value_criterion_key(self, record: WatchEntry) -> str:
        return record.criterion_key

    def render_value(self, record: WatchEntry) -> str:
        words = self._words(record)
        return f"{words.value} · {words.limit}" if words.measure else "—"

    def value_value(self, record: WatchEntry) -> float | str:
        return "" if record.value is None else record.value

    def render_sign(self, record: WatchEntry) -> str:
        if record.breach_on:
            return translate("Broken")
        return translate("Beyond the limit") if record.is_beyond else translate("Expected to break")


class ProbationTable(tables.Table):
    provider = tables.Column(accessor="provider__name", linkify=("pages:staff:probation_detail", {"pk": A("pk")}))
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"))
    mentor = tables.Column(accessor="mentor__name", verbose_name=_("Mentor"), default="—")
    starts_on = DayColumn()
    ends_on = DayColumn()
    status = StatusColumn()
    verdict = tables.Column(default="—")

    class Meta:
        model = Probation
        fields = ("provider", "code", "mentor", "starts_on", "ends_on", "status", "verdict")
        attrs = {"caption": _("Probations")}

    def render_verdict(self, record: Probation) -> str:
        return str(record.get_verdict_display())


class NightTable(tables.Table):
    judged_on = DayColumn(linkify=("pages:staff:night_detail", {"pk": A("pk")}))
    criteria_set = tables.Column(accessor="criteria_set__number", verbose_name=_("Criteria set"))
    total = CountColumn(orderable=False, verbose_name=_("Providers"))
    passed = CountColumn()
    open = CountColumn()
    failed = CountColumn()
    forecasts = CountColumn()

    class Meta:
        model = Judgement
        fields = ("judged_on", "criteria_set", "total", "passed", "open", "failed", "forecasts")
        attrs = {"caption": pgettext_lazy("judgement", "Nights")}
        order_by = ("-judged_on",)

    def render_criteria_set(self, value: int) -> str:
        return f"C{value}"


class NightRowTable(tables.Table):
    """`titles` are the criteria of the night by key."""

    provider = tables.Column(
        accessor="provider__name", linkify=("pages:staff:provider_detail", {"code": A("provider__code")})
    )
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"))
    outcome = tables.Column()
    failed = tables.Column(orderable=False, verbose_name=pgettext_lazy("verdict", "Fail"))
    open = tables.Column(orderable=False, verbose_name=_("Needs a human"))
    forecast_on = DayColumn()
    forecast_key = tables.Column(orderable=False, verbose_name=_("Criterion about to break"))

    class Meta:
        model = JudgementRow
        fields = ("provider", "code", "outcome", "failed", "open", "forecast_on", "forecast_key")
        attrs = {"caption": _("Providers that did not simply pass")}

    def __init__(self, *args: Any, titles: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles = titles

    def _say(self, keys: Sequence[str]) -> str:
        return " · ".join(local_text(self.titles[key], "title") if key in self.titles else key for key in keys) or "—"

    def render_failed(self, value: list[str]) -> str:
        return self._say(value)

    def render_open(self, value: list[str]) -> str:
        return self._say(value)

    def render_forecast_key(self, value: str) -> str:
        return self._say([value])

    def value_failed(self, value: list[str]) -> str:
        return " ".join(value)

    def value_open(self, value: list[str]) -> str:
        return " ".join(value)

    def value_forecast_key(self, value: str) -> str:
        return value
