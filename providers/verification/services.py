"""Writes about reported false claims."""

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import InvalidInput
from common.locks import lock
from providers.verification.models import FalseClaim
from providers.verification.permissions import check_act
from providers.verification.states import FALSE_CLAIM


@transaction.atomic
def report_false_claim(
    *,
    claimant: str,
    text: str,
    by: User | None,
    claimed_code: str = "",
    seen_at_url: str = "",
    contact_email: str = "",
    now: datetime | None = None,
) -> FalseClaim:
    """Take a report in, from anybody. Raises InvalidInput (field `claimant`, `text` or `seen_at_url`)."""
    now = now or timezone.now()
    claimant, text = " ".join(claimant.split()), text.strip()
    if not claimant:
        raise InvalidInput(
            _("It is missing who claims it."), field="claimant", remedy=_("Give the name as you saw it.")
        )
    if not text:
        raise InvalidInput(_("It is missing what is claimed."), field="text", remedy=_("Describe it in a sentence."))
    if seen_at_url:
        try:
            URLValidator(schemes=["http", "https"])(seen_at_url)
        except ValidationError as error:
            raise InvalidInput(
                _("This is not a web address."), field="seen_at_url", remedy=_("Begin it with https://.")
            ) from error
    claim = FalseClaim(
        claimant=claimant,
        claimed_code=claimed_code.strip().upper(),
        seen_at_url=seen_at_url,
        text=text,
        contact_email=contact_email.strip(),
        created_at=now,
        created_by=by,
    )
    claim.full_clean()
    claim.save(force_insert=True)
    record("false_claim.report", claim, by=by, now=now)
    return claim


@transaction.atomic
def confirm_claim(
    *, claim_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> FalseClaim:
    """The claim is false. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    return _decide(claim_id, "confirm", by=by, note=note, version=version, now=now)


@transaction.atomic
def dismiss_claim(
    *, claim_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> FalseClaim:
    """The claim is true, or cannot be found. Raises as `confirm_claim`."""
    return _decide(claim_id, "dismiss", by=by, note=note, version=version, now=now)


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., FalseClaim]] = {"confirm": confirm_claim, "dismiss": dismiss_claim}


def _decide(
    claim_id: int, action: str, *, by: User, note: str, version: int | None, now: datetime | None
) -> FalseClaim:
    now = now or timezone.now()
    claim = lock(FalseClaim.objects.all(), claim_id)
    claim.check_version(version)
    row = FALSE_CLAIM.check(claim, action, note=note)
    check_act(by, claim, row)
    before = claim.status
    claim.status, claim.decided_at, claim.decided_by, claim.decision_note = row.to, now, by, note.strip()
    claim.save_checked()
    record(row.audit, claim, by=by, note=note.strip(), now=now, changes={"status": [before, row.to]})
    return claim
