"""The viewer's notices: what the portal told this person or the organisations to which the person belongs."""

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.notices.filters import NoticeFilter
from accounts.notices.models import Notice
from accounts.notices.selectors import addressed_to
from accounts.notices.services import read_all_notices, read_notice
from accounts.notices.texts import all_texts
from pages.base import ListPage, SignedInPage
from pages.columns import MomentColumn


def find_page(notice: Notice) -> str:
    """Where the notice leads to; the list of notices when it leads nowhere."""
    text = all_texts()[notice.kind]
    if text.page:
        try:
            return reverse(f"pages:{text.page}", args=[notice.parameters[name] for name in text.arguments])
        except (NoReverseMatch, KeyError):
            pass
    return reverse("pages:notice_list")


class NoticeColumn(tables.Column):
    """Title and text; the title opens what the notice is about and marks it as read."""

    def render(self, record: Notice, table: Any) -> SafeString:
        return render_to_string("public/notice_cell.html", {"notice": record}, request=table.request)

    def value(self, record: Notice) -> str:
        return f"{record.title} {record.text}"


class NoticeTable(tables.Table):
    notice = NoticeColumn(verbose_name=_("Notice"), empty_values=(), orderable=False)
    created_at = MomentColumn(verbose_name=_("Sent"), attrs={"td": {"class": "text-nowrap"}})

    class Meta:
        attrs = {"caption": _("Notices")}
        order_by = "-created_at"


class NoticeList(SignedInPage, ListPage):
    """Newest first; what was not read yet stands out."""

    title = _("Notices")
    lead = _("What the portal told you and your organisations. They are kept.")
    table_class = NoticeTable
    filterset_class = NoticeFilter
    template_name = "public/notice_list.html"
    export_name = "notices"
    extra_context = {
        "empty_text": _("There are no notices yet."),
        "empty_hint": _("Decisions, clocks and changes that concern you will stand here."),
    }

    def get_queryset(self) -> Any:
        return addressed_to(self.request.user)


class NoticesRead(SignedInPage):
    """Mark all as read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        count = read_all_notices(by=request.user)  # type: ignore[arg-type]
        text = ngettext("%(count)s notice marked as read.", "%(count)s notices marked as read.", count)
        messages.success(request, text % {"count": count})
        return redirect("pages:notice_list")


class NoticeOpen(SignedInPage):
    """Mark one as read and go to what it is about."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(find_page(read_notice(notice_id=pk, by=request.user)))  # type: ignore[arg-type]
