"""The scoring rules that a provider was told of: what they are, what changes, what they would mean for it."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _t

from common.exceptions import NotFound
from common.templatetags.paddock import day, local_text
from pages.base import TitledPage
from pages.charts_models import draw_weights
from pages.provider.views_scorecard import OwnProviderPage
from scoring.capabilities.comparison import Comparison, compare_models
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.rules import describe_rule
from scoring.capabilities.selectors import models_visible_to, published_model
from scoring.lab.selectors import move_of


class ScoringRules(OwnProviderPage, TitledPage):
    """One announced version, beside the one in force."""

    template_name = "provider/scoring_rules.html"

    @cached_property
    def model(self) -> ScoringModel:
        model = models_visible_to(self.request.user).filter(pk=self.kwargs["pk"], announced_at__isnull=False).first()
        if model is None:
            raise NotFound()
        return model

    def compare(self, present: ScoringModel | None) -> Comparison | None:
        """What an announced version changes against the one in force."""
        if self.model.status != ModelStatus.ANNOUNCED or present is None:
            return None
        return compare_models(present.rule, self.model.rule)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        model, present = self.model, published_model(self.model.key)
        comparison = self.compare(present)
        chart = draw_weights(comparison, present.model_version, model.model_version) if comparison and present else None
        return super().get_context_data(
            title=f"{local_text(model, 'name') or model.key} {model.model_version}",
            lead=_t("In force from %(day)s.") % {"day": day(model.effective_from)}
            if model.status == ModelStatus.ANNOUNCED
            else "",
            model=model,
            rule=describe_rule(model.rule),
            comparison=comparison,
            chart=chart,
            move=move_of(model, self.provider.pk) if model.status == ModelStatus.ANNOUNCED else None,
            **kwargs,
        )
