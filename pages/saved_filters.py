"""Keeping and forgetting the filter of a list; the lists themselves show what is kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.saved_filters import services
from pages.base import Page


class SavedFilterPage(Page):
    """For everybody who is signed in: what is kept is one's own."""

    http_method_names = ["post"]

    def check_audience(self) -> None:
        """Nobody is refused; the services reach one's own filters alone."""

    def go_back(self, request: HttpRequest, query: str = "") -> HttpResponse:
        """To the list from which the form was sent, with `query`."""
        target = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
            target = reverse("pages:home")
        return redirect(f"{target}?{query}" if query else target)


class SavedFilterSave(SavedFilterPage):
    """Keep the query of a list under a name."""

    def post(self, request: HttpRequest) -> HttpResponse:
        saved = services.save_filter(
            list_name=request.POST.get("list_name", ""),
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            by=request.user,
        )
        messages.success(request, _("The filter is saved."))
        return self.go_back(request, saved.query)


class SavedFilterDelete(SavedFilterPage):
    """Forget one."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.delete_filter(filter_id=pk, by=request.user)
        messages.success(request, _("The filter is deleted."))
        return self.go_back(request)
