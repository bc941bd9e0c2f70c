"""The pages around one scorecard, the same for its provider and for staff: put a page that finds the card before one of
these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.rates import check_rate
from pages.base import TitledPage
from pages.charts_answers import draw_answer, draw_outlook, draw_ranks
from pages.charts_scoring import draw_history, draw_move
from pages.knobs import metric_knobs, read_knobs
from scoring.capabilities.arrays import Standpoint, standpoint_of
from scoring.capabilities.explain import explain_scorecard
from scoring.capabilities.models import Scorecard
from scoring.capabilities.moves import explain_move, shown_total, signed
from scoring.capabilities.next_steps import find_steps
from scoring.capabilities.outlook import look_ahead
from scoring.capabilities.peers import compare_with_peers
from scoring.capabilities.selectors import card_to_compare, cards_in_time, cards_of, history_of
from scoring.capabilities.what_if import ask

SELECTABLE = 120
BRIEF = "brief"


@dataclass(frozen=True)
class Tab:
    """One page of a scorecard. `name` ends the names of its addresses."""

    name: str
    label: str | Promise
    lead: str | Promise


TABS = (
    Tab("", _("Scorecard"), ""),
    Tab("move", _("Movement"), _("Why the score moved between any two runs, and how score and rank went.")),
    Tab("peers", _("Peers"), _("How far each figure stands from the peer group.")),
    Tab("next_steps", _("Next steps"), _("What one small improvement of each metric would add to the score.")),
    Tab("what_if", _("What if"), _("Move the figures and see the score that they would give. Nothing is stored.")),
    Tab("outlook", _("Outlook"), _("What the score will be as older facts fall out of the window.")),
)


def tabs_of(space: str, overview: str, card: Scorecard, present: str) -> list[dict[str, Any]]:
    """The tabs as the template draws them; `overview` is the name of the scorecard's own address."""
    return [
        {
            "label": tab.label,
            "url": reverse(f"{space}:scorecard_{tab.name}" if tab.name else overview, args=[card.pk]),
            "active": tab.name == present,
        }
        for tab in TABS
    ]


class CardTab(TitledPage):
    """A page of one scorecard. Whoever comes before it gives `card` and the addresses of its audience."""

    tab: ClassVar[str] = ""
    space: ClassVar[str]
    overview: ClassVar[str]
    template_name = "components/card_page.html"

    @cached_property
    def card(self) -> Scorecard:
        """The scorecard that the address names; raises NotFound for one that the viewer may not see."""
        raise NotImplementedError

    @cached_property
    def standpoint(self) -> Standpoint | None:
        """The card among its peers; None when its run knew no facts of the provider."""
        return standpoint_of(self.card)

    def describe(self) -> Mapping[str, Any]:
        """What the tab shows."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tab = next(tab for tab in TABS if tab.name == self.tab)
        return super().get_context_data(
            **{
                "card": self.card,
                "run": self.card.run,
                "provider": self.card.provider,
                "lead": tab.lead,
                "tab": tab,
                "tabs": tabs_of(self.space, self.overview, self.card, self.tab),
                "tab_template": f"components/card_{self.tab}.html",
                "space": self.space,
                "what_if_address": f"{self.space}:scorecard_what_if",
                **self.describe(),
                **kwargs,
            }
        )


class MoveTab(CardTab):
    """Why the score moved between any two runs of the provider, and its history."""

    tab = "move"

    def describe(self) -> Mapping[str, Any]:
        cards = list(cards_of(self.card.provider_id)[:SELECTABLE])
        pair = self.choose_pair(cards)
        history = list(history_of(self.card.provider_id))
        context = {
            "choices": cards,
            "history": draw_history(history),
            "ranks": draw_ranks(history),
        }
        if pair is None:
            return context
        before, after = pair
        move, total = explain_move(before, after), shown_total(before, after)
        return {
            **context,
            "before": before,
            "after": after,
            "move": move,
            "total_text": "" if total is None else signed(total),
            "waterfall": draw_move(move),
        }

    def choose_pair(self, cards: list[Scorecard]) -> tuple[Scorecard, Scorecard] | None:
        """The two that were chosen, the earlier first; by default this card and the usual one before it."""
        after = self.find("after", self.card)
        before = self.find("before", card_to_compare(after) if after else None)
        if before is None and len(cards) > 1:
            before = next(card for card in cards if card.pk != after.pk)
        return None if before is None else cards_in_time(before, after)

    def find(self, name: str, usual: Any) -> Any:
        """The card of the provider that a parameter names; NotFound for a stranger's."""
        wanted = self.request.GET.get(name, "")
        if not wanted.isdecimal():
            return usual
        found = cards_of(self.card.provider_id).filter(pk=wanted).first()
        if found is None:
            raise NotFound()
        return found


class PeersTab(CardTab):
    """The distance to the peers, metric by metric."""

    tab = "peers"

    def describe(self) -> Mapping[str, Any]:
        if self.standpoint is None:
            return {}
        found = compare_with_peers(self.standpoint)
        groups = [(part, [row for row in found.metrics if row.capability == part.key]) for part in found.capabilities]
        return {"comparison": found, "groups": groups, "group": self.card.peer_group}


class NextStepsTab(CardTab):
    """The bottleneck and the ranked steps; `?brief` gives the sentences alone, for the scorecard itself."""

    tab = "next_steps"

    def get_template_names(self) -> list[str]:
        return ["components/card_next_brief.html"] if BRIEF in self.request.GET else [self.template_name]

    def describe(self) -> Mapping[str, Any]:
        return {} if self.standpoint is None else {"steps": find_steps(self.standpoint)}


class WhatIfTab(CardTab):
    """Sliders over the provider's own metrics. With htmx the answer alone is drawn again."""

    tab = "what_if"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_rate(request, "what_if", sender=f"user-{request.user.pk}")
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return ["components/card_what_if_answer.html"] if "HX-Request" in self.request.headers else [self.template_name]

    def describe(self) -> Mapping[str, Any]:
        if self.standpoint is None:
            return {"answer": None}
        knobs = metric_knobs(self.standpoint, self.request.GET)
        answer = ask(self.standpoint, read_knobs(knobs))
        capabilities = [
            (row, [knob for knob in knobs if knob.group == row.key]) for row in explain_scorecard(self.card)
        ]
        return {
            "answer": answer,
            "swap": "HX-Request" in self.request.headers,
            "total_text": "" if answer.total is None else signed(round(answer.total, 1)),
            "knob_groups": capabilities,
            "waterfall": draw_answer(answer),
        }


class OutlookTab(CardTab):
    """The score in the days to come."""

    tab = "outlook"

    def describe(self) -> Mapping[str, Any]:
        if self.standpoint is None:
            return {}
        outlook = look_ahead(self.standpoint)
        return {"outlook": outlook, "chart": draw_outlook(self.card, outlook)}
