"""Admission windows, as staff see them."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.staff.tables_window import ListOfCompaniesTable, WindowTable
from providers.admission import window_selectors, window_services
from providers.admission.enums import ApplicationStatus
from providers.admission.window_permissions import offer_window_actions
from providers.windows import selectors, services
from providers.windows.filters import WindowFilter
from providers.windows.forms import WindowForm
from providers.windows.models import AdmissionWindow
from providers.windows.states import WINDOW


class WindowList(StaffPage, ListPage):
    """All windows, the newest first."""

    title = _("Admission windows")
    lead = _("When companies may apply, which ones, and by which clocks they are decided on.")
    permission = "window.view"
    table_class = WindowTable
    filterset_class = WindowFilter
    template_name = "staff/window_list.html"
    export_name = "windows"

    def get_queryset(self) -> Any:
        return window_selectors.with_counts(selectors.visible_to(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_edit=has_permission(self.request.user, "window.edit"),
            empty_text=_("There is no admission window yet."),
            empty_hint=_("Nobody can apply until one is open."),
            **kwargs,
        )


class WindowPage(StaffPage):
    """What the pages of one window share."""

    permission = "window.view"

    def get_object(self) -> AdmissionWindow:
        window = selectors.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if window is None:
            raise NotFound()
        return window

    @cached_property
    def window(self) -> AdmissionWindow:
        return self.get_object()


class WindowDetail(WindowPage, TitledPage):
    """Terms, applications by state, the list of companies, steps."""

    template_name = "staff/window_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        window, user = self.window, self.request.user
        counts = window_selectors.count_states(window)
        companies = window_selectors.list_of(window)
        return super().get_context_data(
            title=local_text(window, "title"),
            back_url=reverse("pages:staff:window_list"),
            back_label=_("Admission windows"),
            window=window,
            counts=[(value, label, counts[value]) for value, label in ApplicationStatus.choices],
            companies=ListOfCompaniesTable(companies) if companies else None,
            offers=offer_window_actions(window, user, timezone.now()),
            action_url=reverse("pages:staff:window_act", args=[window.code]),
            may_edit=has_permission(user, "window.edit") and window.status == "draft",
            entries=entries_of(window),
            **kwargs,
        )


class WindowAct(WindowPage, ActionView):
    """Announce, open, close, let stand still, make final."""

    table = WINDOW
    actions = window_services.ACTIONS
    id_name = "window_id"
    done = {
        "announce": _("Announced. The window is public and its terms are fixed."),
        "open": _("Open. Companies can apply now."),
        "close": _("Closed. The applicants were told."),
        "stand_still": _("The list stands still now."),
        "finalise": _("The list is final. The applicants were told."),
    }

    def get_success_url(self, subject: AdmissionWindow) -> str:
        return reverse("pages:staff:window_detail", args=[subject.code])


class WindowCreate(StaffPage, FormPage):
    """Prepare a window."""

    title = _("Prepare an admission window")
    lead = _("It stays a draft until it is announced. From then on its terms are fixed.")
    permission = "window.edit"
    form_class = WindowForm
    submit_label = _("Save the draft")
    success_text = _("The draft is saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = {"back_url": reverse("pages:staff:window_list"), "back_label": _("Admission windows")}
        return super().get_context_data(**{**back, **kwargs})

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"kind": "fixed"}}

    def save(self, form: forms.Form) -> AdmissionWindow:
        return services.create_window(terms=form.terms(), by=self.request.user)  # type: ignore[attr-defined]

    def get_success_url(self, saved: AdmissionWindow) -> str:
        return reverse("pages:staff:window_detail", args=[saved.code])


class WindowEdit(WindowPage, WindowCreate):
    """Change a draft."""

    title = _("Edit the window")
    permission = "window.edit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = {
            "back_url": reverse("pages:staff:window_detail", args=[self.window.code]),
            "back_label": self.window.code,
        }
        return super().get_context_data(**back, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {name: getattr(self.window, name) for name in (*services.TERMS, "version")}}

    def save(self, form: forms.Form) -> AdmissionWindow:
        return services.edit_window(
            window_id=self.window.pk,
            changes=form.terms(),  # type: ignore[attr-defined]
            by=self.request.user,
            version=form.cleaned_data["version"],
        )
