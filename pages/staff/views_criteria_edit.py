"""Drafting criteria: the next set, its titles, its criteria one by one, or all of it as TOML."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.actions import read_version
from pages.base import StaffPage
from pages.forms import FormPage
from pages.staff.views_criteria import CriteriaPage
from providers.criteria import selectors, services
from providers.criteria.definition import dump_definition, set_text_of
from providers.criteria.forms import CriterionForm, DefinitionForm, TitlesForm
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.permissions import check_edit
from providers.criteria.signals import SIGNALS


class CriteriaDraft(StaffPage, FormPage):
    """Begin the next set from TOML."""

    title = _("Draft criteria from TOML")
    lead = _("The text is checked as a whole; the first fault is named with its place.")
    permission = "criteria.edit"
    form_class = DefinitionForm
    success_text = _("The draft is saved.")

    def save(self, form: forms.Form) -> CriteriaSet:
        return services.create_draft(definition=form.cleaned_data["definition"], by=self.request.user)

    def get_success_url(self, saved: CriteriaSet) -> str:
        return reverse("pages:staff:criteria_set_detail", args=[saved.number])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:staff:criteria_set_list"), back_label=_("Criteria"), **kwargs
        )


class CriteriaCopy(StaffPage):
    """Begin the next set as a copy of the one in force."""

    permission = "criteria.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        draft = services.create_draft(by=request.user)
        messages.success(request, _("A draft was made from the set in force. Nothing counts before it is published."))
        return redirect("pages:staff:criteria_set_detail", draft.number)


class DraftPart(CriteriaPage, FormPage):
    """The form of one part of a draft; it opens only while the set is a draft."""

    permission = "criteria.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_edit(request.user, self.criteria_set)
        return super().get(request, *args, **kwargs)

    def get_success_url(self, saved: Any) -> str:
        return self.set_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = _t("Criteria set %(number)s") % {"number": self.kwargs["number"]}
        return super().get_context_data(back_url=self.set_url, back_label=label, **kwargs)


class CriteriaTitles(DraftPart):
    """The titles of a draft."""

    title = _("Titles of the set")
    form_class = TitlesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {name: getattr(self.criteria_set, name) for name in ("title_zh", "title_en", "version")}}

    def save(self, form: forms.Form) -> CriteriaSet:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return services.edit_titles(
            criteria_set_id=self.criteria_set.pk, changes=changes, by=self.request.user, version=version
        )


class CriteriaImport(DraftPart):
    """The whole draft as TOML."""

    title = _("The draft as TOML")
    form_class = DefinitionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        criteria_set = self.criteria_set
        text = dump_definition(set_text_of(criteria_set, selectors.criteria_of(criteria_set)))
        return {"initial": {"definition": text, "version": criteria_set.version}}

    def save(self, form: forms.Form) -> CriteriaSet:
        return services.replace_definition(
            criteria_set_id=self.criteria_set.pk,
            definition=form.cleaned_data["definition"],
            by=self.request.user,
            version=form.cleaned_data["version"],
        )


class CriterionNew(DraftPart):
    """Add a criterion."""

    title = _("New criterion")
    form_class = CriterionForm
    template_name = "staff/criterion_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        position = len(selectors.criteria_of(self.criteria_set)) + 1
        initial = {"version": self.criteria_set.version, "position": position, "at_door": True, "at_night": True}
        return {"initial": initial}

    def save(self, form: forms.Form) -> Criterion:
        content = dict(form.cleaned_data)
        key, version = content.pop("key"), content.pop("version")
        return services.put_criterion(
            criteria_set_id=self.criteria_set.pk, key=key, content=content, by=self.request.user, version=version
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(signals=SIGNALS, **kwargs)


class CriterionEdit(CriterionNew):
    """Change a criterion of a draft."""

    @cached_property
    def criterion(self) -> Criterion:
        found = self.criteria_set.criteria.filter(key=self.kwargs["key"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {name: getattr(self.criterion, name) for name in services.EDITABLE}
        return {"initial": initial | {"version": self.criteria_set.version}, "fixed_key": self.criterion.key}

    def save(self, form: forms.Form) -> Criterion:
        content = dict(form.cleaned_data)
        version = content.pop("version")
        return services.put_criterion(
            criteria_set_id=self.criteria_set.pk,
            key=self.criterion.key,
            content=content,
            by=self.request.user,
            version=version,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=local_text(self.criterion, "title"),
            criterion=self.criterion,
            criteria_set=self.criteria_set,
            **kwargs,
        )


class CriterionRemove(CriteriaPage):
    """Take a criterion out of a draft."""

    permission = "criteria.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: int, key: str) -> HttpResponse:
        services.remove_criterion(
            criteria_set_id=self.criteria_set.pk, key=key, by=request.user, version=read_version(request)
        )
        messages.success(request, _("The criterion is removed from the draft."))
        return redirect(self.set_url)
