"""Steps with a provider as pages and endpoints offer them: those of the registry with what they mean for an open
contract."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.exceptions import Conflict
from providers.conduct.probation_services import begin_probation, lapse_open_probation
from providers.conduct.selectors import open_probation_of
from providers.registry import status_services
from providers.registry.models import Provider


@transaction.atomic
def complete_probation(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """End a probation that has no contract. Raises Conflict when there is one: its verdict is signed instead; else as
    the registry's step."""
    if open_probation_of(Provider(pk=provider_id)) is not None:
        raise Conflict(
            _("This provider has an open probation contract."),
            remedy=_("Sign the verdict of its contract."),
            code="contract_open",
        )
    return status_services.complete_probation(provider_id=provider_id, by=by, note=note, version=version, now=now)


@transaction.atomic
def suspend_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """Stop a provider's work; an open contract ends without a verdict. Raises as the registry's step."""
    now = now or timezone.now()
    provider = status_services.suspend_provider(provider_id=provider_id, by=by, note=note, version=version, now=now)
    lapse_open_probation(provider_id=provider_id, by=by, note=note.strip(), now=now)
    return provider


@transaction.atomic
def reinstate_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """End a suspension; the provider starts again under a new contract. Raises as the registry's step."""
    now = now or timezone.now()
    provider = status_services.reinstate_provider(provider_id=provider_id, by=by, note=note, version=version, now=now)
    begin_probation(provider_id=provider_id, now=now)
    return provider


@transaction.atomic
def clear_out_provider(
    *, provider_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Provider:
    """Remove a provider for good; an open contract ends without a verdict. Raises as the registry's step."""
    now = now or timezone.now()
    provider = status_services.clear_out_provider(provider_id=provider_id, by=by, note=note, version=version, now=now)
    lapse_open_probation(provider_id=provider_id, by=by, note=note.strip(), now=now)
    return provider


# What pages and endpoints may ask for by the action's name; `admit` is not among them.
ACTIONS: dict[str, Callable[..., Provider]] = {
    "complete_probation": complete_probation,
    "suspend": suspend_provider,
    "reinstate": reinstate_provider,
    "clear_out": clear_out_provider,
}
