"""The watch list and the nights that fill it."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.audit.selectors import entries_of
from common.days import business_day
from common.exceptions import NotFound
from common.templatetags.paddock import day
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.conduct_words import describe_entries, draw_trend
from pages.staff.tables_conduct import NightRowTable, NightTable, WatchTable
from providers.conduct import permissions, selectors, watch_services
from providers.conduct.filters import NightFilter, NightRowFilter, WatchFilter
from providers.conduct.models import Judgement, WatchEntry
from providers.conduct.states import WATCH
from providers.criteria.selectors import criteria_of


class WatchList(StaffPage, ListPage):
    """Who breaks a criterion, and who is about to."""

    title = _("Watch list")
    lead = _("Every night each provider is judged by the same criteria as at the door. Here is what it found.")
    permission = "watch.view"
    table_class = WatchTable
    filterset_class = WatchFilter
    template_name = "staff/watch_list.html"
    export_name = "watch-list"
    extra_context = {
        "empty_text": _("Nobody is on the watch list."),
        "empty_hint": _("A provider comes here when it breaks a criterion or its figures drift towards a limit."),
    }

    def get_queryset(self) -> Any:
        return selectors.watch_visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(night=selectors.latest_judgement(), **kwargs)


class WatchBase(StaffPage):
    """What the pages of one entry share."""

    permission = "watch.view"

    def get_object(self) -> WatchEntry:
        entry = selectors.watch_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if entry is None:
            raise NotFound()
        return entry


class WatchDetail(WatchBase, TitledPage):
    """One matter: the criterion, the figures, what both sides did."""

    template_name = "staff/watch_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry, user = self.get_object(), self.request.user
        (words,) = describe_entries([entry])
        return super().get_context_data(
            title=f"{entry.provider.name} · {words.title}",
            back_url=reverse("pages:staff:watch_list"),
            back_label=_("Watch list"),
            entry=entry,
            words=words,
            chart=draw_trend(entry, words.criterion, business_day(timezone.now())),
            offers=[
                offer
                for offer in WATCH.offer_actions(entry, lambda row: permissions.check_watch_offer(user, entry, row))
                if offer.action not in permissions.OF_THE_PROVIDER
            ],
            action_url=reverse("pages:staff:watch_act", args=[entry.pk]),
            entries=entries_of(entry),
            **kwargs,
        )


class WatchAct(WatchBase, ActionView):
    """Notice, plan, suspension, reinstatement, clear-out, close."""

    table = WATCH
    actions = {name: act for name, act in watch_services.ACTIONS.items() if name not in permissions.OF_THE_PROVIDER}
    id_name = "entry_id"
    done = {
        "notify": _("The notice is given. The provider proposes a cure plan."),
        "accept": _("The plan is accepted. Its time runs from today."),
        "refuse": _("The provider is asked for another plan."),
        "suspend": _("Suspended. The provider gets no new work."),
        "reinstate": _("Reinstated, on probation."),
        "clear_out": _("Cleared out."),
        "close": _("Closed."),
    }

    def get_success_url(self, subject: WatchEntry) -> str:
        return reverse("pages:staff:watch_detail", args=[subject.pk])


class NightList(StaffPage, ListPage):
    """Every night with its counts."""

    title = pgettext_lazy("judgement", "Nights")
    lead = _("Each night judges every provider that may work, by the criteria set in force.")
    permission = "watch.view"
    table_class = NightTable
    filterset_class = NightFilter
    export_name = "nights"
    extra_context = {
        "empty_text": _("No night was judged yet."),
        "empty_hint": _("The first one comes after the next measures."),
    }

    def get_queryset(self) -> Any:
        return selectors.nights_visible_to(self.request.user)


class NightDetail(StaffPage, ListPage):
    """The providers that did not simply pass in one night."""

    lead = _("Who is not listed passed every criterion, with no breach in sight.")
    permission = "watch.view"
    table_class = NightRowTable
    filterset_class = NightRowFilter
    template_name = "staff/night_detail.html"
    export_name = "night"
    extra_context = {"empty_text": _("Everybody passed.")}

    @cached_property
    def night(self) -> Judgement:
        night = selectors.nights_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if night is None:
            raise NotFound()
        return night

    def get_queryset(self) -> Any:
        return selectors.rows_of(self.night)

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"titles": {row.key: row for row in criteria_of(self.night.criteria_set)}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Night of %(day)s") % {"day": day(self.night.judged_on)},
            back_url=reverse("pages:staff:night_list"),
            back_label=pgettext_lazy("judgement", "Nights"),
            night=self.night,
            **kwargs,
        )
