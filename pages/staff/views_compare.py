"""Two versions of a scoring model side by side."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.base import TitledPage
from pages.charts_models import draw_weights
from pages.staff.views_model import ModelPage
from scoring.capabilities.comparison import compare_models
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.selectors import comparable_with


class ModelCompare(ModelPage, TitledPage):
    """What this version changes against another one, by default the one in force."""

    template_name = "staff/model_compare.html"

    def find_other(self, offered: list[ScoringModel]) -> ScoringModel:
        """The version that was asked for, else the first offered; raises NotFound."""
        asked = self.request.GET.get("with", "")
        wanted = [other for other in offered if str(other.pk) == asked] if asked else offered
        if not wanted:
            raise NotFound()
        return wanted[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        model, offered = self.model, list(comparable_with(self.model, self.request.user))
        other = self.find_other(offered)
        comparison = compare_models(other.rule, model.rule)
        names = {"before": other.model_version, "after": model.model_version}
        return super().get_context_data(
            title=_t("From version %(before)s to %(after)s") % names,
            back_url=reverse("pages:staff:scoring_model_detail", args=[model.pk]),
            back_label=f"{local_text(model, 'name') or model.key} {model.model_version}",
            model=model,
            other=other,
            offered=offered,
            comparison=comparison,
            chart=draw_weights(comparison, other.model_version, model.model_version),
            **kwargs,
        )
