"""Score runs and scorecards, as staff see them."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.forms import DayInput
from common.templatetags.paddock import day, local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.tables_scoring import ScorecardTable, ScoreRunTable
from scoring.capabilities import runs, selectors, what_if_weights
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.filters import ScorecardFilter, ScoreRunFilter
from scoring.capabilities.models import ScoreRun
from scoring.capabilities.permissions import offer_run_actions
from scoring.capabilities.states import SCORE_RUN

TIMINGS = {
    "sums": _("Sums"),
    "keep": _("Kept for the next night"),
    "exclusions": _("What was left out"),
    "score": _("Scores"),
    "draws": _("Sums by week"),
    "intervals": _("Intervals"),
}


class ScoreRunList(StaffPage, ListPage):
    """All runs, the newest day first."""

    title = _("Score runs")
    lead = _("One run applies the scoring model in force to the facts up to a day.")
    permission = "run.view"
    table_class = ScoreRunTable
    filterset_class = ScoreRunFilter
    template_name = "staff/score_run_list.html"
    export_name = "score-runs"

    def get_queryset(self) -> Any:
        return selectors.runs_visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_start=has_permission(self.request.user, "run.start"), **kwargs)


class RunForm(forms.Form):
    """Which day to score."""

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        help_text=_("The last business day that counts. Empty means yesterday."),
        widget=DayInput(),
    )


class ScoreRunStart(StaffPage, FormPage):
    """Start a run; the same inputs again lead to the finished run."""

    title = _("Start a score run")
    lead = _("The model in force is applied to all live facts. The same inputs lead to the finished run.")
    permission = "run.start"
    form_class = RunForm
    submit_label = _("Start")
    success_text = _("The run is under way, or was finished before with the same inputs.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:score_run_list")
        return super().get_context_data(back_url=back, back_label=_("Score runs"), **kwargs)

    def save(self, form: forms.Form) -> ScoreRun:
        return runs.start_run(by=self.request.user, as_of=form.cleaned_data["as_of"])

    def get_success_url(self, saved: ScoreRun) -> str:
        return reverse("pages:staff:score_run_detail", args=[saved.pk])


class RunPage(StaffPage):
    """What the pages of one run share."""

    permission = "run.view"

    def get_object(self) -> ScoreRun:
        run = selectors.runs_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if run is None:
            raise NotFound()
        return run

    @cached_property
    def run(self) -> ScoreRun:
        return self.get_object()


class ScoreRunDetail(RunPage, TitledPage):
    """Progress while it runs; counts, timings and digests after."""

    template_name = "staff/score_run_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        return super().get_context_data(
            title=f"{local_text(run.scoring_model, 'name')} · {day(run.as_of)}",
            back_url=reverse("pages:staff:score_run_list"),
            back_label=_("Score runs"),
            run=run,
            timings=[(TIMINGS.get(name, name), seconds) for name, seconds in run.timings.items()],
            offers=offer_run_actions(run, self.request.user),
            action_url=reverse("pages:staff:score_run_act", args=[run.pk]),
            best=run.scorecards.filter(rank__lte=10).select_related("provider").order_by("rank", "provider__code"),
            groups=run.peer_groups.order_by("name"),
            may_ask=run.status == RunStatus.DONE and has_permission(self.request.user, what_if_weights.PERMISSION),
            entries=entries_of(run),
            **kwargs,
        )


class ScoreRunAct(RunPage, ActionView):
    """Cancel a run."""

    table = SCORE_RUN
    actions = runs.ACTIONS
    id_name = "run_id"
    done = {"cancel": _("Cancelled. Nothing of it is kept.")}

    def get_success_url(self, subject: ScoreRun) -> str:
        return reverse("pages:staff:score_run_detail", args=[subject.pk])


class ScorecardList(StaffPage, ListPage):
    """The scorecards of one run, by default of the present one."""

    title = _("Scorecards")
    permission = "scorecard.view"
    table_class = ScorecardTable
    filterset_class = ScorecardFilter
    export_name = "scorecards"

    def get_queryset(self) -> Any:
        cards = selectors.scorecards_visible_to(self.request.user).order_by("rank", "provider__code")
        chosen = self.request.GET.get("run", "")
        present = selectors.current_run()
        return cards if chosen.isdecimal() else cards.filter(run=present)
