"""Scoring models: list, page, steps, copy, and drafts as TOML."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import DomainError, InvalidInput, NotFound, NotPermitted
from common.forms import add_domain_error
from common.templatetags.paddock import local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.staff.tables_scoring import ScoringModelTable
from scoring.capabilities import draft_services, editing, policies, selectors, services
from scoring.capabilities.filters import ScoringModelFilter
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.permissions import offer_model_actions
from scoring.capabilities.rules import describe_rule
from scoring.capabilities.selectors import comparable_with
from scoring.capabilities.states import SCORING_MODEL
from scoring.lab.selectors import latest_results_of

MAX_FILE = 400_000


class ScoringModelList(StaffPage, ListPage):
    """All versions of all models."""

    title = _("Scoring models")
    lead = _("How scores are made. A version is announced before it counts and never changes after.")
    permission = "model.view"
    table_class = ScoringModelTable
    filterset_class = ScoringModelFilter
    template_name = "staff/scoring_model_list.html"
    export_name = "scoring-models"

    def get_queryset(self) -> Any:
        return selectors.models_visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_edit=has_permission(self.request.user, "model.edit"), **kwargs)


class ModelPage(StaffPage):
    """What the pages of one version share."""

    permission = "model.view"

    def get_object(self) -> ScoringModel:
        model = selectors.models_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if model is None:
            raise NotFound()
        return model

    @cached_property
    def model(self) -> ScoringModel:
        return self.get_object()


class ScoringModelDetail(ModelPage, TitledPage):
    """The rule in words and tables, and where it stands."""

    template_name = "staff/scoring_model_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        model, user = self.model, self.request.user
        return super().get_context_data(
            title=f"{local_text(model, 'name') or model.key} {model.model_version}",
            back_url=reverse("pages:staff:scoring_model_list"),
            back_label=_("Scoring models"),
            model=model,
            rule=describe_rule(model.rule),
            offers=offer_model_actions(model, user),
            action_url=reverse("pages:staff:scoring_model_act", args=[model.pk]),
            may_edit=has_permission(user, "model.edit"),
            faults=editing.open_faults(model.rule) if model.is_draft else [],
            notice_days=policies.notice_days(model),
            many_affected=policies.many_affected(model),
            results=latest_results_of(model)[:3],
            comparable=comparable_with(model, user)[:1],
            entries=entries_of(model),
            runs=selectors.runs_visible_to(user).filter(scoring_model=model)[:5],
            **kwargs,
        )


class ScoringModelDownload(ModelPage):
    """The version as TOML, the very format of `python -m engine`."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        name = f"{self.model.key}-{self.model.model_version}.toml"
        return HttpResponse(
            self.model.definition,
            content_type="application/toml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class ScoringModelAct(ModelPage, ActionView):
    """Announce, publish, withdraw, retire."""

    table = SCORING_MODEL
    actions = services.ACTIONS
    id_name = "model_id"
    done = {
        "announce": _("Announced, and the providers are told. Nothing in it can change any more."),
        "publish": _("Published. The next score run applies it."),
        "withdraw": _("Withdrawn. The providers are told."),
        "discard": _("Discarded. It stays in the list and never counts."),
    }

    def get_success_url(self, subject: ScoringModel) -> str:
        return reverse("pages:staff:scoring_model_detail", args=[subject.pk])


class ScoringModelCopy(ModelPage, View):
    """Draft a new version as a copy of this one."""

    permission = "model.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        draft = draft_services.copy_model(model_id=self.model.pk, by=request.user)
        messages.success(request, _("A draft was made. Nothing counts before it is published."))
        return redirect("pages:staff:scoring_model_edit", draft.pk)


class DefinitionForm(forms.Form):
    """A model as a file or as text."""

    file = forms.FileField(
        label=_("TOML file"), required=False, help_text=_("At most 400 kB. A file replaces the text below.")
    )
    definition = forms.CharField(
        label=_("Definition"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "form-control font-monospace"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload is not None:
            data["definition"] = read_upload(upload)
        elif not data.get("definition", "").strip():
            raise forms.ValidationError(_("Choose a file or write the definition."))
        return data


def read_upload(upload: Any) -> str:
    """The text of an uploaded file; raises ValidationError."""
    if upload.size > MAX_FILE:
        raise forms.ValidationError(_("The file is larger than 400 kB."))
    try:
        return str(upload.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise forms.ValidationError(_("The file is not UTF-8 text.")) from error


class ScoringModelDraft(StaffPage, TitledPage):
    """Draft a new version: from a file, from text, or from an earlier version."""

    title = _("Draft a scoring model")
    lead = _("The text is checked as a whole; the first fault is named with its place.")
    permission = "model.edit"
    template_name = "staff/scoring_model_form.html"

    def get_initial(self) -> dict[str, Any]:
        source = self.request.GET.get("from", "")
        earlier = selectors.models_visible_to(self.request.user).filter(pk=source if source.isdecimal() else 0).first()
        return {"definition": earlier.definition} if earlier else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or DefinitionForm(initial=self.get_initial())
        return super().get_context_data(form=form, submit_label=_("Save the draft"), **kwargs)

    def save(self, form: forms.Form) -> ScoringModel:
        return services.create_draft(definition=form.cleaned_data["definition"], by=self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = DefinitionForm(request.POST, request.FILES)
        status = InvalidInput.status
        if form.is_valid():
            try:
                model = self.save(form)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("The draft is saved. It is checked and can be announced."))
                return redirect("pages:staff:scoring_model_detail", model.pk)
        return self.render_to_response(self.get_context_data(form=form), status=status)


class ScoringModelText(ScoringModelDraft):
    """A draft as TOML, the very format of `python -m engine`."""

    title = _("The draft as TOML")

    @cached_property
    def model(self) -> ScoringModel:
        model = selectors.models_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if model is None:
            raise NotFound()
        policies.check_editable(model)
        return model

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:scoring_model_edit", args=[self.model.pk])
        return super().get_context_data(back_url=back, back_label=_("The draft in parts"), **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"definition": self.model.definition, "version": self.model.version}

    def save(self, form: forms.Form) -> ScoringModel:
        return services.edit_draft(
            model_id=self.model.pk,
            definition=form.cleaned_data["definition"],
            by=self.request.user,
            version=form.cleaned_data["version"],
        )
