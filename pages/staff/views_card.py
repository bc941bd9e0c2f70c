"""One provider's scorecard and the pages around it, as staff see them."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from pages.base import StaffPage, TitledPage
from pages.card_tabs import MoveTab, NextStepsTab, OutlookTab, PeersTab, WhatIfTab
from pages.scorecards import describe_card, find_card
from scoring.capabilities.models import Scorecard


class StaffCardPage(StaffPage):
    """A page about any provider's scorecard."""

    permission = "scorecard.view"
    space = "pages:staff"
    overview = "pages:staff:scorecard_detail"

    @cached_property
    def card(self) -> Scorecard:
        return find_card(self.request.user, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(  # type: ignore[misc]
            title=self.card.provider.name,
            back_url=f"{reverse('pages:staff:scorecard_list')}?run={self.card.run_id}",
            back_label=_("Scorecards"),
            **kwargs,
        )


class ScorecardDetail(StaffCardPage, TitledPage):
    """The scorecard itself."""

    template_name = "staff/scorecard_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **describe_card(self.card, self.space, self.overview),
            facts_url=reverse("pages:staff:provider_facts", args=[self.card.provider.code]),
            **kwargs,
        )


class CardMove(StaffCardPage, MoveTab):
    """Why the score moved."""


class CardPeers(StaffCardPage, PeersTab):
    """The distance to the peers."""


class CardNextSteps(StaffCardPage, NextStepsTab):
    """The next steps."""


class CardWhatIf(StaffCardPage, WhatIfTab):
    """What if the figures were others."""


class CardOutlook(StaffCardPage, OutlookTab):
    """The score in the days to come."""
