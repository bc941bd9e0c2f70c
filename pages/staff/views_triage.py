"""Triage on the case of an application."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from pages.staff.views_application import CasePage
from providers.admission.triage_services import triage_application


class TriageAgain(CasePage):
    """Judge the application again on what is known now."""

    permission = "application.triage"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        triage_application(application_id=self.get_object().pk, by=request.user)
        messages.success(request, _("Triaged on what is known now."))
        return redirect("pages:staff:application_case", pk)
