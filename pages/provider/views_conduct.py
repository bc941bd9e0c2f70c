"""The company's own contracts and its own entries on the watch list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of_many
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import TitledPage
from pages.conduct_words import describe_entries, describe_targets
from pages.provider.views_registration import OwnProviderPage
from providers.conduct import permissions, probation_services, selectors, watch_services
from providers.conduct.models import Probation, WatchEntry
from providers.conduct.states import PROBATION, WATCH


class OwnProbation(OwnProviderPage, TitledPage):
    """What was agreed, how the figures stand, and the signature."""

    title = _("Probation")
    lead = _("What your company promises to reach, until when, and how your figures stand today.")
    permission = "probation.view"
    template_name = "provider/probation.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = selectors.probations_visible_to(self.request.user).filter(provider=self.provider)
        probations = list(own.prefetch_related("targets"))
        figures = selectors.figures_of(self.provider.pk) if probations else {}
        return super().get_context_data(
            contracts=[self.describe(probation, figures) for probation in probations], **kwargs
        )

    def describe(self, probation: Probation, figures: dict[str, float | None]) -> dict[str, Any]:
        user = self.request.user
        offers = PROBATION.offer_actions(probation, lambda row: permissions.check_probation_act(user, probation, row))
        return {
            "probation": probation,
            "targets": describe_targets(probation, figures),
            "offers": [offer for offer in offers if offer.action == "sign"],
            "action_url": reverse("pages:provider:probation_act", args=[probation.pk]),
        }


class OwnProbationAct(OwnProviderPage, ActionView):
    """Sign."""

    permission = "probation.view"
    table = PROBATION
    actions = {"sign": probation_services.sign_probation}
    id_name = "probation_id"
    done = {"sign": _("Signed. The contract runs.")}

    def get_object(self) -> Probation:
        own = selectors.probations_visible_to(self.request.user).filter(provider=self.provider)
        probation = own.filter(pk=self.kwargs["pk"]).first()
        if probation is None:
            raise NotFound()
        return probation

    def get_success_url(self, subject: Probation) -> str:
        return reverse("pages:provider:probation")


class OwnWatch(OwnProviderPage, TitledPage):
    """What is wrong, until when, and the cure plan."""

    title = _("Watch list")
    lead = _("Criteria that your company breaks or is about to break, and what to do about each.")
    permission = "watch.view"
    template_name = "provider/watch.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own = list(selectors.watch_visible_to(user).filter(provider=self.provider))
        happened = entries_of_many(own)
        items = []
        for words in describe_entries(own):
            entry = words.entry
            offers = WATCH.offer_actions(
                entry,
                lambda row, entry=entry: permissions.check_watch_offer(user, entry, row),  # type: ignore[misc]
            )
            items.append(
                {
                    "words": words,
                    "offers": [offer for offer in offers if offer.action == "propose"],
                    "action_url": reverse("pages:provider:watch_act", args=[entry.pk]),
                    "happened": happened[str(entry.pk)],
                }
            )
        return super().get_context_data(entries=items, **kwargs)


class OwnWatchAct(OwnProviderPage, ActionView):
    """Propose a cure plan."""

    permission = "watch.view"
    table = WATCH
    actions = {"propose": watch_services.propose_plan}
    id_name = "entry_id"
    done = {"propose": _("Sent. Somebody at the platform reads your plan.")}

    def get_object(self) -> WatchEntry:
        own = selectors.watch_visible_to(self.request.user).filter(provider=self.provider)
        entry = own.filter(pk=self.kwargs["pk"]).first()
        if entry is None:
            raise NotFound()
        return entry

    def get_success_url(self, subject: WatchEntry) -> str:
        return reverse("pages:provider:watch")
