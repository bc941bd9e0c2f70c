"""What every page shares: who may open it, whose organisation it is about, and lists."""

from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import ContextMixin, TemplateView, View
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin
from django_tables2.export import ExportMixin, TableExport

from accounts.models import Organisation
from accounts.permissions import check_permission, has_permission, is_staff
from accounts.roles import OrganisationKind
from accounts.saved_filters import selectors as saved_filters
from accounts.selectors import organisations_of
from common.csv_texts import BYTE_ORDER_MARK, quote_cell
from common.exceptions import NotPermitted


class Page(View):
    """Deny first: a page names its audience and permission; strangers are sent to sign in, others are refused."""

    audience: ClassVar[str] = ""
    permission: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.check_audience()
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def check_audience(self) -> None:
        """Raise NotPermitted unless the viewer belongs to the page's audience and holds its permission."""
        raise NotImplementedError(f"{type(self).__name__} names no audience")


class SignedInPage(Page):
    """A page for everybody who is signed in; what it shows is the viewer's own."""

    def check_audience(self) -> None:
        """Nobody who came this far is refused."""


class StaffPage(Page):
    """A page of platform staff."""

    audience = OrganisationKind.PLATFORM

    def check_audience(self) -> None:
        if not is_staff(self.request.user):
            raise NotPermitted(_("This page is for platform staff."), remedy=_("Go back to your own home page."))
        check_permission(self.request.user, self.permission)


class OrganisationPage(Page):
    """A page of one provider or merchant: `self.organisation` is the one that the viewer works for now."""

    not_member: ClassVar[Any] = ""

    def check_audience(self) -> None:
        check_permission(self.request.user, self.permission, organisation_id=self.organisation.pk)

    @cached_property
    def organisation(self) -> Organisation:
        """The organisation chosen in the header, else the first; raises NotPermitted when there is none."""
        own = list(organisations_of(self.request.user, self.audience))
        if not own:
            raise NotPermitted(self.not_member, remedy=_("Go back to your own home page."))
        chosen = self.request.session.get("organisation_id")
        return next((organisation for organisation in own if organisation.pk == chosen), own[0])

    def may(self, permission: str) -> bool:
        """Whether the viewer holds `permission` in this organisation."""
        return has_permission(self.request.user, permission, organisation_id=self.organisation.pk)


class ProviderPage(OrganisationPage):
    """A page of the viewer's provider."""

    audience = OrganisationKind.PROVIDER
    not_member = _("This page is for members of a service provider.")


class MerchantPage(OrganisationPage):
    """A page of the viewer's merchant."""

    audience = OrganisationKind.MERCHANT
    not_member = _("This page is for members of a merchant.")


class Titled(ContextMixin):
    """Title and one sentence of state for the page head."""

    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"title": self.title, "lead": self.lead, **kwargs})


class TitledPage(Titled, TemplateView):
    """A page of one template; put an audience class before it."""


class SafeExport(TableExport):
    """CSV and JSON as the viewer sees the list; a cell that a spreadsheet would run as a formula is quoted."""

    FORMATS = {key: TableExport.FORMATS[key] for key in ("csv", "json")}  # the others need libraries of their own

    @classmethod
    def is_valid_format(cls, export_format: str | None) -> bool:
        return export_format in cls.FORMATS

    def table_to_dataset(self, table: Any, exclude_columns: Any, dataset_kwargs: Any = None) -> Any:
        dataset = super().table_to_dataset(table, exclude_columns, dataset_kwargs)
        for index, row in enumerate(dataset):
            dataset[index] = [quote_cell(cell) for cell in row]
        return dataset

    def export(self) -> str:
        """The file's text. CSV opens with a byte-order mark, without which spreadsheets garble Chinese."""
        text: str = super().export()
        return f"{BYTE_ORDER_MARK}{text}" if self.format == self.CSV else text


class ListPage(Titled, ExportMixin, SingleTableMixin, FilterView):
    """A filtered, sorted, paged and exportable list. Put an audience class before it and set `table_class`,
    `filterset_class` and `get_queryset`. With `saved_as`, a name in settings.SAVED_FILTER_LISTS, its filters can
    be kept."""

    template_name = "components/list_page.html"
    export_formats = ("csv", "json")
    export_class = SafeExport
    table_pagination = {"per_page": 25}
    strict = False
    saved_as: ClassVar[str] = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        saved = saved_filters.visible_to(self.request.user).filter(list_name=self.saved_as) if self.saved_as else ()
        return super().get_context_data(saved_filters=saved, **kwargs)
