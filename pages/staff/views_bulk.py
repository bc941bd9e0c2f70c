"""One action on the selected applications of the queue, and the report of what became of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from pages.base import StaffPage
from providers.admission.bulk_services import act_on_many


class ApplicationBulk(StaffPage):
    """Each row goes through its own service; a refusal leaves the others as they are."""

    permission = "application.view"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        action = request.POST.get("action", "")
        rows = act_on_many(
            action=action,
            items=[read_item(text) for text in request.POST.getlist("item")],
            by=request.user,
            note=request.POST.get("admit_note" if action == "admit" else "note", ""),
        )
        context = {
            "title": _("What was done"),
            "back_url": reverse("pages:staff:application_queue"),
            "back_label": _("Applications"),
            "rows": rows,
            "done": sum(row.done for row in rows),
        }
        return render(request, "staff/bulk_report.html", context)


def read_item(text: str) -> tuple[int, int]:
    """`id:version` of a selected row; raises InvalidInput."""
    key, _colon, version = text.partition(":")
    if not (key.isdecimal() and version.isdecimal()):
        raise InvalidInput(
            _("A selected row cannot be read."), field="items", remedy=_("Reload the page and select again.")
        )
    return int(key), int(version)
