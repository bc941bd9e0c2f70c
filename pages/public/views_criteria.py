"""The criteria in force, open to everybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from pages.base import TitledPage
from pages.criteria_words import describe_criteria
from providers.criteria.selectors import criteria_of, published_set


class CriteriaInForce(TitledPage):
    """What every provider is judged on, at the door and every night."""

    title = _("Criteria in force")
    lead = _("What every service provider is judged on: the same criteria at the door and every night after it.")
    template_name = "public/criteria.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        present = published_set()
        criteria = describe_criteria(criteria_of(present)) if present is not None else []
        return super().get_context_data(criteria_set=present, criteria=criteria, **kwargs)
