"""Asking for help in three steps. Each is saved as it is left, so a draft can wait; it works without JavaScript."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, NotFound, NotPermitted
from common.forms import add_domain_error
from merchants.requests import policies, services
from merchants.requests.enums import RequestStatus
from merchants.requests.forms import STEPS, StepForm, read_initial
from merchants.requests.models import HelpRequest
from pages.base import TitledPage
from pages.merchant.base import OwnMerchantPage
from pages.merchant.views_request import RequestPage

STEP_NAMES = (_("Goal and target"), _("What matters"), _("Budget and choice"))


class WizardPage(TitledPage):
    """What the steps share. `save` calls the service and returns the request."""

    template_name = "merchant/request_wizard.html"
    step: int

    def get_initial(self) -> dict[str, Any]:
        return {}

    def save(self, form: StepForm) -> HelpRequest:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = [(number, name, number == self.step) for number, name in enumerate(STEP_NAMES, start=1)]
        form = kwargs.pop("form", None) or STEPS[self.step - 1](initial=self.get_initial())
        last = self.step == len(STEPS)
        return super().get_context_data(**{**kwargs, "form": form, "steps": steps, "step": self.step, "is_last": last})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = STEPS[self.step - 1](request.POST)
        status, saved = 400, None
        if form.is_valid():
            try:
                saved = self.save(form)
                return self.go_on(saved)
            except (NotPermitted, NotFound):
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
        if saved is not None:  # saved, but not ready to be submitted: the page goes on from the saved version
            form.data = form.data.copy()
            form.data["version"] = str(saved.version)
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def go_on(self, saved: HelpRequest) -> HttpResponse:
        """To the next step, to the request, or off with it, as the pressed button says."""
        asked = self.request.POST.get("then", "next")
        if asked == "submit":
            services.submit_help_request(request_id=saved.pk, by=self.request.user)
            messages.success(self.request, _("Submitted. The shortlist is being made."))
        elif asked == "next" and self.step < len(STEPS):
            return redirect("pages:merchant:request_edit", pk=saved.pk, step=self.step + 1)
        else:
            messages.success(self.request, _("Saved."))
        return redirect("pages:merchant:request_detail", pk=saved.pk)


class RequestNew(OwnMerchantPage, WizardPage):
    """Step 1 of a new request; the draft is kept from here on."""

    title = _("Ask for help")
    permission = "request.edit"
    step = 1

    def get_initial(self) -> dict[str, Any]:
        return {"goal": "", "target_metric": "monthly_gmv"}

    def save(self, form: StepForm) -> HelpRequest:
        return services.create_help_request(
            merchant_id=self.merchant.pk, data=form.read_changes(), by=self.request.user
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:merchant:request_list"), back_label=_("Help requests"), is_draft=True, **kwargs
        )


class RequestEdit(RequestPage, WizardPage):
    """Any step of a request that may still be changed."""

    permission = "request.edit"

    @cached_property
    def step(self) -> int:  # type: ignore[override]
        if not 1 <= self.kwargs["step"] <= len(STEPS):
            raise NotFound()
        return int(self.kwargs["step"])

    def get_initial(self) -> dict[str, Any]:
        policies.check_editable(self.help_request)
        return read_initial(self.help_request)

    def save(self, form: StepForm) -> HelpRequest:
        return services.edit_help_request(
            request_id=self.help_request.pk,
            changes=form.read_changes(),
            by=self.request.user,
            version=form.cleaned_data["version"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.help_request
        return super().get_context_data(
            title=asked.title,
            back_url=reverse("pages:merchant:request_detail", args=[asked.pk]),
            back_label=_("Request"),
            asked=asked,
            is_draft=asked.status == RequestStatus.DRAFT,
            **kwargs,
        )
