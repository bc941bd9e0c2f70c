"""What if the weights were others: sliders over a finished run, for analysts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.rates import check_rate
from common.templatetags.paddock import day, local_text
from pages.base import TitledPage
from pages.charts_answers import draw_tiers
from pages.knobs import Knob, read_knobs, weight_knobs
from pages.staff.views_run import RunPage
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.what_if_weights import PERMISSION, ask_weights, present_weights


class RunWhatIf(RunPage, TitledPage):
    """The weights of capabilities and metrics, and who would move. With htmx the answer alone is drawn again."""

    permission = PERMISSION
    template_name = "staff/score_run_what_if.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_rate(request, "what_if", sender=f"user-{request.user.pk}")
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return ["staff/weights_answer.html"] if "HX-Request" in self.request.headers else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts, metrics = make_knobs(self.run, self.request.GET.dict())
        answer = ask_weights(self.run, read_knobs(parts), read_knobs(metrics))
        return super().get_context_data(
            title=_("What if the weights were others?"),
            lead=f"{local_text(self.run.scoring_model, 'name')} · {day(self.run.as_of)}",
            back_url=reverse("pages:staff:score_run_detail", args=[self.run.pk]),
            back_label=_("Score run"),
            run=self.run,
            swap="HX-Request" in self.request.headers,
            parts=parts,
            knob_groups=[(part, [knob for knob in metrics if knob.group == part.key]) for part in parts],
            answer=answer,
            tiers=draw_tiers(answer),
            **kwargs,
        )


def make_knobs(run: ScoreRun, query: dict[str, str]) -> tuple[list[Knob], list[Knob]]:
    """The knobs of capabilities and of metrics, each metric in its capability's group."""
    parts, metrics = present_weights(run.scoring_model.rule)
    groups = {metric.key: metric.capability for metric in run.scoring_model.rule.metrics}
    return (
        weight_knobs([(row, "") for row in parts], query),
        weight_knobs([(row, groups[row.key]) for row in metrics], query),
    )
