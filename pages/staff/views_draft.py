"""Editing a draft of a scoring model part by part: overview with weights, one page per part, checks as one types."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from common.exceptions import InvalidInput, NotFound, NotPermitted
from common.templatetags.paddock import local_text
from engine.model import ScoringModel
from pages.actions import read_version
from pages.base import TitledPage
from pages.model_words import (
    describe_draft,
    list_open_faults,
)
from pages.staff.views_model import ModelPage
from scoring.capabilities import draft_services, editing, policies


class DraftPage(ModelPage):
    """What the pages of one draft share; they open only while it is one."""

    permission = "model.edit"

    @cached_property
    def rule(self) -> ScoringModel:
        policies.check_editable(self.model)
        return self.model.rule

    @property
    def edit_url(self) -> str:
        return reverse("pages:staff:scoring_model_edit", args=[self.model.pk])

    def name_draft(self) -> str:
        """The draft's name for the way back."""
        return f"{local_text(self.model, 'name') or self.model.key} {self.model.model_version}"


class DraftOverview(DraftPage, TitledPage):
    """All parts with their weights, which are changed here together, and what is still to mend."""

    template_name = "staff/draft_overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, model = self.rule, self.model
        return super().get_context_data(
            title=_t("Edit %(model)s") % {"model": self.name_draft()},
            lead=_("Each part has its page. What is saved stays a draft until you announce it."),
            back_url=reverse("pages:staff:scoring_model_detail", args=[model.pk]),
            back_label=self.name_draft(),
            model=model,
            **describe_draft(rule, kwargs.pop("given", {})),
            faults=list_open_faults(rule, model.pk, editing.open_faults(rule)),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = read_version(request)
        try:
            weights = read_weights(request)
            draft_services.put_weights(model_id=self.model.pk, weights=weights, by=request.user, version=version)
        except (NotPermitted, NotFound):
            raise
        except InvalidInput as error:
            context = self.get_context_data(problem=error, given=request.POST.dict())
            return self.render_to_response(context, status=error.status)
        messages.success(request, _("The weights are saved."))
        return redirect(self.edit_url)


def read_weights(request: HttpRequest) -> dict[str, dict[str, float]]:
    """The inputs named `capabilities.key` and `metrics.key`; raises InvalidInput for what is no number."""
    weights: dict[str, dict[str, float]] = {"capabilities": {}, "metrics": {}}
    for name, text in request.POST.items():
        kind, _dot, key = name.partition(".")
        if kind not in weights or not key:
            continue
        try:
            weights[kind][key] = float(text.strip().replace(",", "."))
        except ValueError as error:
            raise InvalidInput(
                _("The weight of “%(key)s” is not a number.") % {"key": key},
                field=name,
                remedy=_("Write a number above 0 and at most 1, as in 0.25."),
            ) from error
    return weights


class DraftPartMove(DraftPage, View):
    """Move a part up or down, or take it out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, kind: str, key: str) -> HttpResponse:
        steps = {"up": -1, "down": 1}.get(request.POST.get("step", ""))
        if steps is None:
            raise InvalidInput(
                _("The step is neither up nor down."), field="step", remedy=_("Use the buttons of the page.")
            )
        version = read_version(request)
        draft_services.move_part(
            model_id=self.model.pk, kind=kind, key=key, steps=steps, by=request.user, version=version
        )
        return redirect(f"{self.edit_url}#{kind}-{key}")


class DraftPartRemove(DraftPage, View):
    """Take a part out of the draft."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, kind: str, key: str) -> HttpResponse:
        version = read_version(request)
        draft_services.remove_part(model_id=self.model.pk, kind=kind, key=key, by=request.user, version=version)
        messages.success(request, _("Removed from the draft."))
        return redirect(self.edit_url)
