"""Writes about scoring models: draft, edit, announce, publish, withdraw, retire. Parts of drafts: `draft_services`."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.notices.services import send_notices
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.locks import lock
from providers.registry.enums import ProviderOrigin
from providers.registry.models import Provider
from scoring.capabilities import policies
from scoring.capabilities.definitions import check_whole, put_definition, read_definition
from scoring.capabilities.draft_services import discard
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.states import SCORING_MODEL
from scoring.capabilities.subjects import SCORED_STATUSES


@transaction.atomic
def create_draft(*, definition: str, by: User | None, now: datetime | None = None) -> ScoringModel:
    """A new version from TOML. Raises InvalidInput with the path of the fault, Conflict when the version exists.

    `by=None` is the portal itself (set-up); every person needs `model.edit`.
    """
    if by is not None:
        check_permission(by, "model.edit")
    model = ScoringModel(created_at=now or timezone.now(), created_by=by)
    put_definition(model, read_definition(definition))
    model.full_clean()
    model.save()
    record("model.create", model, by=by, now=now, changes={"digest": model.digest})
    return model


@transaction.atomic
def edit_draft(
    *, model_id: int, definition: str, by: User, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Replace the definition of a draft."""
    model = lock(ScoringModel.objects.all(), model_id)
    model.check_version(version)
    policies.check_editable(model)
    check_permission(by, "model.edit")
    before = model.digest
    put_definition(model, read_definition(definition))
    model.save_checked()
    record("model.edit", model, by=by, now=now, changes={"digest": [before, model.digest]})
    return model


@transaction.atomic
def announce(
    *,
    model_id: int,
    by: User | None,
    effective_from: date | None = None,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> ScoringModel:
    """Make a draft public and fixed, and tell all providers; it counts from `effective_from`, by default after the
    notice period. Raises InvalidInput for a draft with open faults or too early a day."""
    now = now or timezone.now()
    model = lock(ScoringModel.objects.all(), model_id)
    model.check_version(version)
    row = SCORING_MODEL.check(model, "announce", note=note)
    check_whole(model.rule)
    today = business_day(now)
    first_day = effective_from or today + timedelta(days=policies.notice_days(model))
    policies.check_notice(model, (first_day - today).days)
    if by is not None:
        check_permission(by, row.permission)
    model.status, model.announced_at, model.announced_by = row.to, now, by
    model.effective_from = first_day
    model.save_checked()
    changes = {"effective_from": first_day, "digest": model.digest, "affected": model.affected_count}
    record(row.audit, model, by=by, note=note, now=now, changes=changes)
    tell_providers("model.announce", model, now=now, effective_on=first_day.isoformat())
    return model


@transaction.atomic
def publish(
    *, model_id: int, by: User | None, note: str = "", version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Put an announced version into force; the one before it is retired in the same moment."""
    now = now or timezone.now()
    key = ScoringModel.objects.filter(pk=model_id).values_list("key", flat=True).first()
    # All versions of the key, always in the same order: two publications at once wait for each other.
    versions = list(ScoringModel.objects.select_for_update(of=("self",)).filter(key=key).order_by("pk"))
    model = next((entry for entry in versions if entry.pk == model_id), None) or lock(
        ScoringModel.objects.all(), model_id
    )
    model.check_version(version)
    row = SCORING_MODEL.check(model, "publish", note=note)
    policies.check_in_force(model, business_day(now))
    if by is not None:
        check_permission(by, row.permission)
    for present in versions:
        if present.status == ModelStatus.PUBLISHED:
            present.status, present.retired_at, present.retired_by = ModelStatus.RETIRED, now, by
            present.save_checked()
            record("model.retire", present, by=by, now=now, changes={"replaced_by": model.pk})
    model.status, model.published_at, model.published_by = row.to, now, by
    model.save_checked()
    record(row.audit, model, by=by, note=note, now=now, changes={"digest": model.digest})
    return model


def withdraw(
    *, model_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Take back an announced version before it counts, and tell all providers."""
    return end(model_id=model_id, action="withdraw", by=by, note=note, version=version, now=now)


def retire(
    *, model_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Take the version in force out of it; no new scores come until another is published."""
    return end(model_id=model_id, action="retire", by=by, note=note, version=version, now=now)


@transaction.atomic
def end(*, model_id: int, action: str, by: User, note: str, version: int | None, now: datetime | None) -> ScoringModel:
    """The common part of `withdraw` and `retire`."""
    now = now or timezone.now()
    model = lock(ScoringModel.objects.all(), model_id)
    model.check_version(version)
    row = SCORING_MODEL.check(model, action, note=note)
    check_permission(by, row.permission)
    model.status, model.retired_at, model.retired_by = row.to, now, by
    model.save_checked()
    record(row.audit, model, by=by, note=note, now=now)
    if action == "withdraw":
        tell_providers("model.withdraw", model, now=now, note=note)
    return model


def tell_providers(kind: str, model: ScoringModel, *, now: datetime, **more: str) -> int:
    """A notice to every provider that is scored; gives how many were told."""
    scored = Provider.objects.filter(status__in=SCORED_STATUSES, origin=ProviderOrigin.PORTAL).order_by("pk")
    names = {"name_zh": model.name_zh or model.key, "name_en": model.name_en or model.key}
    parameters = {**names, "version": model.model_version, "model": model.pk, **more}
    organisations = scored.values_list("organisation_id", flat=True)
    return send_notices(kind, [(pk, parameters) for pk in organisations], now=now)


# What people do with a version, by the action of the table.
ACTIONS: dict[str, Callable[..., ScoringModel]] = {
    "announce": announce,
    "publish": publish,
    "discard": discard,
    "withdraw": withdraw,
    "retire": retire,
}
