"""The documents of the viewer's company: what is required, where each stands, and sending a new one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.downloads import send_file
from common.exceptions import DomainError, InvalidInput, NotFound, NotPermitted
from common.forms import add_domain_error
from pages.base import TitledPage
from pages.provider.views_registration import OwnProviderPage
from providers.documents import selectors, services
from providers.documents.enums import DocumentType
from providers.documents.files import path_of
from providers.documents.forms import DocumentForm
from providers.documents.models import Document


class DocumentList(OwnProviderPage, TitledPage):
    """What is required, the state of each document, and what is blocked."""

    title = _("Documents")
    lead = _("What the platform needs to see. Each document is checked by itself.")
    permission = "document.view"
    template_name = "provider/document_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            slots=selectors.slots_of(self.provider),
            blocks=selectors.blocks_of(self.provider, business_day(timezone.now())),
            may_upload=self.may("document.upload"),
            **kwargs,
        )


class DocumentUpload(OwnProviderPage, TitledPage):
    """Send one document; it takes the place of the one that counted so far."""

    permission = "document.upload"
    template_name = "provider/document_upload.html"

    @cached_property
    def document_type(self) -> DocumentType:
        if self.kwargs["document_type"] not in DocumentType.values:
            raise NotFound()
        return DocumentType(self.kwargs["document_type"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        slots = selectors.slots_of(self.provider)
        slot = next(slot for slot in slots if slot.rule.document_type == self.document_type)
        form = kwargs.pop("form", None) or DocumentForm()
        form.fields["expires_on"].required = slot.rule.has_expiry
        return super().get_context_data(
            title=self.document_type.label,
            back_url=reverse("pages:provider:document_list"),
            back_label=_("Documents"),
            slot=slot,
            form=form,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, status = DocumentForm(request.POST, request.FILES), InvalidInput.status
        if form.is_valid():
            try:
                self.save(form)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("The document is sent. A reviewer checks it next."))
                return redirect("pages:provider:document_list")
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def save(self, form: forms.Form) -> Document:
        """Hand the file over."""
        data = form.cleaned_data
        return services.upload_document(
            provider_id=self.provider.pk,
            document_type=self.document_type.value,
            issued_on=data["issued_on"],
            expires_on=data["expires_on"],
            chunks=data["file"].chunks(),
            file_name=data["file"].name,
            by=self.request.user,
        )


class DocumentFile(OwnProviderPage):
    """Download one's own document."""

    permission = "document.view"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = Document.objects.filter(provider=self.provider, pk=pk).first()
        if document is None:
            raise NotFound()
        opened = services.open_document(document_id=document.pk, by=request.user)
        return send_file(path_of(opened.path), name=opened.download_name, media_type=opened.kind)
