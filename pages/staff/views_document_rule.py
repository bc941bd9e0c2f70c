"""What each type of document needs."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.base import StaffPage, TitledPage
from pages.forms import FormPage
from providers.documents import permissions, rules
from providers.documents.enums import DocumentType
from providers.documents.forms import DocumentRuleForm
from providers.documents.models import DocumentRule
from providers.documents.rule_services import edit_rule


class DocumentRuleList(StaffPage, TitledPage):
    """The rules of all types, side by side."""

    title = _("Rules for documents")
    lead = _("What each type needs, and what happens when one expires. A change counts at once and stands in the log.")
    permission = "document.view"
    template_name = "staff/document_rule_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:staff:document_list"),
            back_label=_("Documents"),
            rules=rules.all_rules().values(),
            may_configure=has_permission(self.request.user, "document.configure"),
            **kwargs,
        )


class DocumentRuleEdit(StaffPage, FormPage):
    """Change one rule."""

    permission = "document.view"
    form_class = DocumentRuleForm
    template_name = "staff/document_rule_edit.html"

    @cached_property
    def rule(self) -> DocumentRule:
        if self.kwargs["document_type"] not in DocumentType.values:
            raise NotFound()
        return rules.all_rules()[self.kwargs["document_type"]]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        permissions.check_configure(request.user)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {field: getattr(self.rule, field) for field in (*rules.EDITABLE, "version")}}

    def save(self, form: forms.Form) -> DocumentRule:
        changes = dict(form.cleaned_data)
        version = changes.pop("version")
        return edit_rule(document_type=self.rule.document_type, changes=changes, by=self.request.user, version=version)

    def get_success_url(self, saved: DocumentRule) -> str:
        return reverse("pages:staff:document_rule_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=str(self.rule),
            back_url=reverse("pages:staff:document_rule_list"),
            back_label=_("Rules for documents"),
            entries=entries_of(self.rule),
            **kwargs,
        )
