"""Keeping what a trial of a draft found. Running one is the conduct room's, which knows the night."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.services import record
from common.exceptions import Conflict
from common.locks import lock
from providers.criteria.dry_run_models import DryRun
from providers.criteria.models import CriteriaSet
from providers.criteria.permissions import check_edit


@transaction.atomic
def store_dry_run(
    *,
    criteria_set_id: int,
    digest: str,
    compared_with: CriteriaSet | None,
    application_count: int,
    moves: list[dict[str, Any]],
    matrix: list[dict[str, Any]],
    counts: list[dict[str, Any]],
    night: dict[str, Any],
    by: User,
    now: datetime | None = None,
) -> DryRun:
    """Keep a trial of the draft with this digest. Raises Conflict when the draft changed meanwhile, NotPermitted."""
    now = now or timezone.now()
    criteria_set = lock(CriteriaSet.objects.all(), criteria_set_id)
    check_edit(by, criteria_set)
    if criteria_set.digest != digest:
        raise Conflict(_("The draft was changed while it was tried."), remedy=_("Try it again."), code="draft_changed")
    dry_run = DryRun(
        criteria_set=criteria_set,
        digest=digest,
        compared_with=compared_with,
        application_count=application_count,
        moves=moves,
        matrix=matrix,
        counts=counts,
        night=night,
        created_at=now,
        created_by=by,
    )
    dry_run.full_clean()
    dry_run.save()
    record("criteria.dry_run", criteria_set, by=by, now=now, changes={"digest": digest, "moves": len(moves)})
    return dry_run
