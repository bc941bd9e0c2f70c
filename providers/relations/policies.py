"""What the links of an applicant allow, whoever asks."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import Conflict
from providers.registry.models import Provider
from providers.relations.selectors import intercepting


def is_intercepted(provider: Provider, today: date) -> bool:
    """Whether a link to a barred party keeps `provider` out."""
    return intercepting(today).filter(provider=provider).exists()


def check_not_intercepted(provider: Provider, today: date | None = None) -> None:
    """Raise Conflict while a link to a barred party is held against `provider`: it cannot be admitted."""
    if is_intercepted(provider, today or business_day(timezone.now())):
        raise Conflict(
            _("A link to a barred party is held against this company."),
            remedy=_("Lift the link, or override it by a decision of its own."),
            code="intercepted",
        )
