"""Documents of all providers: the list, one of them, its check and its download."""

from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.audit.selectors import entries_of
from common.downloads import send_file
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.columns import DayColumn, MomentColumn, StatusColumn
from providers.documents import permissions, selectors, services
from providers.documents.files import path_of
from providers.documents.filters import DocumentFilter
from providers.documents.models import Document
from providers.documents.states import DOCUMENT


class DocumentTable(tables.Table):
    document_type = tables.Column(linkify=("pages:staff:document_detail", {"pk": A("pk")}))
    provider = tables.Column(
        accessor="provider__name",
        verbose_name=_("Company"),
        linkify=("pages:staff:provider_detail", {"code": A("provider__code")}),
    )
    status = StatusColumn()
    issued_on = DayColumn()
    expires_on = DayColumn()
    uploaded_at = MomentColumn()

    class Meta:
        model = Document
        fields = ("document_type", "provider", "status", "issued_on", "expires_on", "uploaded_at")
        attrs = {"caption": _("Documents")}


class DocumentList(StaffPage, ListPage):
    """Every document, what was sent last on top."""

    title = _("Documents")
    lead = _("What providers sent. Each document is checked by itself; the newest stands first.")
    permission = "document.view"
    table_class = DocumentTable
    filterset_class = DocumentFilter
    template_name = "staff/document_list.html"
    export_name = "documents"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user).order_by("-uploaded_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(empty_text=_("No provider has sent a document yet."), **kwargs)


class DocumentPage(StaffPage):
    """What the pages of one document share."""

    permission = "document.view"

    def get_object(self) -> Document:
        return self.document

    @cached_property
    def document(self) -> Document:
        documents = selectors.with_people(selectors.visible_to(self.request.user))
        document = documents.filter(pk=self.kwargs["pk"]).first()
        if document is None:
            raise NotFound()
        return document


class DocumentDetail(DocumentPage, TitledPage):
    """What it is, what to do about it, and what came before."""

    template_name = "staff/document_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document, user = self.document, self.request.user
        of_type = selectors.visible_to(user).filter(provider=document.provider_id, document_type=document.document_type)
        return super().get_context_data(
            title=document.get_document_type_display(),
            back_url=reverse("pages:staff:document_list"),
            back_label=_("Documents"),
            document=document,
            provider=document.provider,
            offers=permissions.offer_review(user, document),
            action_url=reverse("pages:staff:document_act", args=[document.pk]),
            others=of_type.exclude(pk=document.pk),
            entries=entries_of(document),
            **kwargs,
        )


class DocumentAct(DocumentPage, ActionView):
    """Accept a document, or ask for this one anew."""

    table = DOCUMENT
    actions = services.ACTIONS
    id_name = "document_id"
    done = {
        "accept": _("Accepted."),
        "ask_revision": _("The provider is told and sends this one document anew."),
    }

    def get_success_url(self, subject: Document) -> str:
        """Back to the page whose card was used, else to the document."""
        target = self.request.POST.get("next", "")
        fits = url_has_allowed_host_and_scheme(
            target, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return target if fits else reverse("pages:staff:document_detail", args=[subject.pk])


class DocumentFile(DocumentPage):
    """Download a document; the log keeps who did."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        opened = services.open_document(document_id=self.document.pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)
