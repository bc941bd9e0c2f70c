"""Admission windows, open to everybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from pages.base import TitledPage
from providers.windows.selectors import advertised


class Windows(TitledPage):
    """Which windows are open or announced, and what they ask."""

    title = _("Admission windows")
    lead = _("When a service provider may apply to be admitted, and what is asked.")
    template_name = "public/window_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(windows=advertised(), **kwargs)
