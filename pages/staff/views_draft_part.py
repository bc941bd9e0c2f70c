"""The page of one part of a draft, its checks as one types, and the preview of a metric."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, InvalidInput, NotFound, NotPermitted
from common.forms import add_domain_error
from common.templatetags.paddock import local_text
from engine.model import Metric, ScoringModel
from pages.base import TitledPage
from pages.charts_models import draw_preview
from pages.model_words import FORMULAS, list_columns, list_gate_names, tell_fault, write_sum
from pages.staff.views_draft import DraftPage
from scoring.capabilities import draft_services, editing
from scoring.capabilities.forms import FORMS
from scoring.capabilities.part_forms import PartForm
from scoring.capabilities.preview import WHY, preview_metric
from scoring.capabilities.settings_forms import SettingsForm

NEW_TITLES = {"capabilities": _("New capability"), "metrics": _("New metric"), "gates": _("New gate")}
FIRST_WEIGHT = 0.1


class DraftPart(DraftPage, TitledPage):
    """One capability, metric or gate; without a key a new one."""

    template_name = "staff/draft_part.html"

    @property
    def kind(self) -> str:
        if self.kwargs["kind"] not in FORMS:
            raise NotFound()
        return str(self.kwargs["kind"])

    @property
    def key(self) -> str:
        return str(self.kwargs.get("key", ""))

    @cached_property
    def before(self) -> dict[str, Any]:
        """The part as it is; for a new one what is likely."""
        if self.key:
            return editing.part_content(editing.find_part(self.rule, self.kind, self.key))
        content: dict[str, Any] = {"weight": FIRST_WEIGHT} if self.kind != "gates" else {}
        asked = self.request.GET.get("capability", "")
        if self.kind == "metrics" and asked in [part.key for part in self.rule.capabilities]:
            content["capability"] = asked
        return content

    def make_form(self, data: Any = None) -> PartForm:
        form_class = FORMS[self.kind]
        initial = {**form_class.flatten(self.before), "version": self.model.version}
        return form_class(data, initial=initial, rule=self.rule)  # type: ignore[call-arg]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.make_form()
        named = {"pk": self.model.pk, "kind": self.kind}
        described = {
            "title": self.name_part(),
            "back_url": self.edit_url,
            "back_label": self.name_draft(),
            "form": form,
            "kind": self.kind,
            "key": self.key,
            "model": self.model,
            "columns": list_gate_names(self.rule) if self.kind == "gates" else list_columns(),
            "documented": self.kind != "capabilities",
            "check_url": reverse("pages:staff:draft_check", kwargs=named),
        }
        return super().get_context_data(**{**kwargs, **described})

    def name_part(self) -> str:
        """The title: the part's name, or that it is new."""
        if not self.key:
            return str(NEW_TITLES[self.kind])
        return (
            local_text({f"label_{lang}": text for lang, text in self.before.get("label", {}).items()}, "label")
            or self.key
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, status = self.make_form(request.POST), InvalidInput.status
        shown: dict[str, Any] = {}
        if form.is_valid():
            try:
                if "preview" in request.POST:
                    shown, status = show_preview(self.rule, form.content(self.before)), 200
                else:
                    self.save(form)
                    messages.success(request, _("The draft is saved."))
                    return redirect(self.edit_url)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                put_error(form, error)
                status = error.status
        return self.render_to_response(self.get_context_data(form=form, **shown), status=status)

    def save(self, form: PartForm) -> Any:
        """Put the part into the draft."""
        return draft_services.put_part(
            model_id=self.model.pk,
            kind=self.kind,
            key=self.key,
            content=form.content(self.before),
            by=self.request.user,
            version=form.cleaned_data["version"],
        )


def put_error(form: PartForm, error: DomainError) -> None:
    """The refusal on the field that its path means."""
    error.field = form.field_of(error.field or "") or None
    add_domain_error(form, error)


def show_preview(rule: ScoringModel, content: dict[str, Any]) -> dict[str, Any]:
    """The preview of a metric for a template; raises DomainError."""
    metric: Metric = editing.build_part(Metric, content)
    preview = preview_metric(rule, metric)
    missing = [(WHY[name], count) for name, count in preview.missing.items()]
    return {"preview": preview, "missing": missing, "charts": draw_preview(preview, metric)}


class DraftPreview(DraftPart):
    """The preview alone, for the page that is open: errors are said in its place, nothing is stored."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.make_form(request.POST)
        if not form.is_valid():
            return render(request, "staff/draft_preview.html", {"problem": _("Mend the marked fields first.")})
        try:
            shown = show_preview(self.rule, form.content(self.before))
        except (NotPermitted, NotFound):
            raise
        except DomainError as error:
            shown = {"problem": str(error)}
        return render(request, "staff/draft_preview.html", shown)


class DraftCheck(DraftPart):
    """Faults of the fields as they are typed, and the sum of the weights: fragments for the open page."""

    http_method_names = ["post"]

    @property
    def key(self) -> str:
        return self.request.POST.get("part", "")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, rule = self.make_form(request.POST), self.rule
        notes: dict[str, list[Any]] = {name: [] for name in form.fields}
        total = None
        if form.is_valid():
            rule, notes = self.collect(form, notes)
            total = write_sum(sum_around(rule, self.kind, form.cleaned_data))
        for name, errors in form.errors.items():
            notes.setdefault(name, []).extend({"message": text} for text in errors)
        notes.pop("version", None)
        return render(request, "staff/draft_check.html", {"notes": notes, "total": total})

    def collect(self, form: PartForm, notes: dict[str, list[Any]]) -> tuple[ScoringModel, dict[str, list[Any]]]:
        """The rule with the part in it, and its faults by field."""
        columns = list_gate_names(self.rule) if self.kind == "gates" else list_columns()
        names = [column.name for column in columns]
        try:
            rule, faults = editing.try_part(self.rule, self.kind, self.key, form.content(self.before))
        except InvalidInput as error:
            notes.setdefault(form.field_of(error.field or ""), []).append({"message": str(error)})
            return self.rule, notes
        for fault in faults:
            field = form.field_of(fault.field) or "key"
            text = form.cleaned_data.get(field, "") if field in FORMULAS else ""
            notes[field].append(tell_fault(fault, text, names))
        return rule, notes


def sum_around(rule: ScoringModel, kind: str, data: dict[str, Any]) -> float | None:
    """The sum of the weights that the part's own belongs to; None for gates."""
    if kind == "gates":
        return None
    if kind == "capabilities":
        return sum(part.weight for part in rule.capabilities)
    return sum(metric.weight for metric in rule.metrics if metric.capability == data["capability"])


class DraftSettings(DraftPart):
    """What a draft has besides its parts."""

    kind = "settings"  # type: ignore[assignment]
    key = "settings"  # type: ignore[assignment]

    @cached_property
    def before(self) -> dict[str, Any]:
        rule = self.rule
        content = {name: editing.part_content(getattr(rule, name)) for name in editing.SETTINGS}
        return {**content, "version": rule.version, "extras": list(rule.extras)}

    def make_form(self, data: Any = None) -> PartForm:
        initial = {**SettingsForm.flatten(self.before), "version": self.model.version}
        return SettingsForm(data, initial=initial, rule=self.rule)

    def name_part(self) -> str:
        return _t("Settings of the draft")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        described = super().get_context_data(**kwargs)
        return {**described, "check_url": ""}

    def save(self, form: PartForm) -> Any:
        return draft_services.put_settings(
            model_id=self.model.pk,
            content=form.content(self.before),
            by=self.request.user,
            version=form.cleaned_data["version"],
        )
