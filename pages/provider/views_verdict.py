"""What a season decided about the viewer's provider, in sentences."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.base import TitledPage
from pages.provider.views_scorecard import OwnProviderPage
from scoring.seasons import verdict_selectors
from scoring.seasons.verdict_models import Verdict
from scoring.seasons.verdict_words import say_verdict


class VerdictBase(OwnProviderPage):
    """What the pages of one verdict share."""

    @cached_property
    def verdict(self) -> Verdict:
        verdict = verdict_selectors.own_verdicts(self.provider.pk).filter(pk=self.kwargs["pk"]).first()
        if verdict is None:
            raise NotFound()
        return verdict


class VerdictDetail(VerdictBase, TitledPage):
    """One verdict with every condition that was judged."""

    template_name = "provider/verdict_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        track = self.verdict.settlement.track
        return super().get_context_data(
            title=_("Verdict of %(season)s") % {"season": local_text(track.season, "name")},
            lead=local_text(track, "name"),
            back_url=reverse("pages:provider:race"),
            back_label=_("Race"),
            verdict=self.verdict,
            season=track.season,
            words=say_verdict(self.verdict),
            **kwargs,
        )
