"""The rule lab: order a trial of a model, follow it, read what it found."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.templatetags.paddock import day, local_text
from engine.model_toml import parse_model
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.lab_words import describe_result, sum_up
from pages.staff.tables_lab import LabMoveTable
from pages.staff.views_model import ModelPage
from scoring.capabilities import editing
from scoring.lab import selectors, services
from scoring.lab.filters import LabMoveFilter
from scoring.lab.forms import TrialForm
from scoring.lab.models import LabResult, LabTrial
from scoring.lab.states import TRIAL
from scoring.trials.permissions import offer_actions


def model_name(trial: LabTrial) -> str:
    """The tried version in the viewer's language."""
    model = trial.scoring_model
    return f"{local_text(model, 'name') or model.key} {model.model_version}"


class ModelLab(ModelPage, FormPage):
    """The lab of one version: a new trial, and what earlier ones found."""

    template_name = "staff/model_lab.html"
    form_class = TrialForm
    submit_label = _("Try it")
    success_text = _("The trial has begun.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        model, user = self.model, self.request.user
        trials = selectors.trials_visible_to(user).filter(scoring_model=model).prefetch_related("results__run")
        return super().get_context_data(
            title=_t("Rule lab: %(model)s")
            % {"model": f"{local_text(model, 'name') or model.key} {model.model_version}"},
            lead=_("Tries this version on past runs. Nothing is changed for anybody."),
            back_url=reverse("pages:staff:scoring_model_detail", args=[model.pk]),
            back_label=f"{local_text(model, 'name') or model.key} {model.model_version}",
            model=model,
            may_try=has_permission(user, "model.edit"),
            faults=editing.open_faults(model.rule) if model.is_draft else [],
            trials=trials[:20],
            **kwargs,
        )

    def save(self, form: forms.Form) -> LabTrial:
        runs = [run.pk for run in form.cleaned_data["runs"]]
        options = form.options()  # type: ignore[attr-defined]
        return services.start_trial(model_id=self.model.pk, by=self.request.user, run_ids=runs, options=options)

    def get_success_url(self, saved: LabTrial) -> str:
        return reverse("pages:staff:lab_trial", args=[saved.pk])


class TrialPage(StaffPage):
    """What the pages of one trial share."""

    permission = "model.view"

    def get_object(self) -> LabTrial:
        trial = selectors.trials_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if trial is None:
            raise NotFound()
        return trial

    @cached_property
    def trial(self) -> LabTrial:
        return self.get_object()


class TrialDetail(TrialPage, TitledPage):
    """Progress while it runs; one line per run after."""

    template_name = "staff/lab_trial.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trial = self.trial
        model = trial.scoring_model
        return super().get_context_data(
            title=_t("Trial of %(model)s") % {"model": model_name(trial)},
            back_url=reverse("pages:staff:model_lab", args=[model.pk]),
            back_label=_("Rule lab"),
            trial=trial,
            results=trial.results.select_related("run__scoring_model").order_by("run__as_of", "pk"),
            is_present=trial.digest == model.digest,
            offers=offer_actions(trial, self.request.user),
            action_url=reverse("pages:staff:lab_trial_act", args=[trial.pk]),
            entries=entries_of(trial),
            **kwargs,
        )


class TrialAct(TrialPage, ActionView):
    """Cancel a trial."""

    table = TRIAL
    actions = services.ACTIONS
    id_name = "trial_id"
    done = {"cancel": _("Cancelled. Results that were stored already stay.")}

    def get_success_url(self, subject: LabTrial) -> str:
        return reverse("pages:staff:lab_trial", args=[subject.pk])


class ResultPage(StaffPage):
    """What the pages of one result share."""

    permission = "model.view"

    @cached_property
    def result(self) -> LabResult:
        result = selectors.results_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if result is None:
            raise NotFound()
        return result


class ResultDetail(ResultPage, TitledPage):
    """What the tried version would change, in sentences, charts and tables."""

    template_name = "staff/lab_result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        result = self.result
        trial = result.trial
        rule = parse_model(trial.definition)
        moved = result.moves.select_related("provider")
        return super().get_context_data(
            title=_t("%(model)s on %(day)s") % {"model": model_name(trial), "day": day(result.run.as_of)},
            lead=sum_up(result),
            back_url=reverse("pages:staff:lab_trial", args=[trial.pk]),
            back_label=_("Trial"),
            result=result,
            trial=trial,
            **describe_result(result, rule),
            risers=moved.filter(score_change__gt=0).order_by("-score_change", "provider__code")[:5],
            fallers=moved.filter(score_change__lt=0).order_by("score_change", "provider__code")[:5],
            **kwargs,
        )


class MoveList(ResultPage, ListPage):
    """Every provider before and after."""

    title = _("Who moves")
    table_class = LabMoveTable
    template_name = "staff/lab_move_list.html"
    filterset_class = LabMoveFilter
    export_name = "lab-moves"
    saved_as = "lab_moves"

    def get_queryset(self) -> Any:
        moves = selectors.moves_visible_to(self.request.user).filter(result=self.result)
        return moves.order_by("score_change", "provider__code") if "sort" not in self.request.GET else moves

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            lead=_t("%(model)s on %(day)s")
            % {"model": model_name(self.result.trial), "day": day(self.result.run.as_of)},
            back_url=reverse("pages:staff:lab_result", args=[self.result.pk]),
            back_label=_("Result"),
            **kwargs,
        )
