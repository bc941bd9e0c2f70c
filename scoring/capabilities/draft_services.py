"""Writes about drafts of a scoring model part by part, what the rule lab found about one, and its end."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import DomainError, InvalidInput
from common.locks import lock
from engine.model import ScoringModel as Rule
from scoring.capabilities import editing, policies
from scoring.capabilities.definitions import next_version, put_definition
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.states import SCORING_MODEL
from scoring.capabilities.subjects import check_attributes


@transaction.atomic
def copy_model(*, model_id: int, by: User, model_version: str = "", now: datetime | None = None) -> ScoringModel:
    """A draft equal to a version but for its own version name, by default the next free one."""
    check_permission(by, "model.edit")
    source = lock(ScoringModel.objects.all(), model_id)
    model = ScoringModel(created_at=now or timezone.now(), created_by=by)
    version = model_version.strip() or next_version(source.key, source.model_version)
    put_definition(model, editing.put_settings(source.rule, {"version": version}))
    model.full_clean()
    model.save()
    record("model.create", model, by=by, now=now, changes={"digest": model.digest, "copied_from": source.pk})
    return model


def put_part(
    *,
    model_id: int,
    kind: str,
    content: Mapping[str, Any],
    by: User,
    key: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> ScoringModel:
    """Add a capability, metric or gate to a draft (`key` empty), or replace one. `content` is the part as TOML has it.

    Raises InvalidInput with the part's field, NotFound, Conflict when the version is no draft, Stale, NotPermitted.
    """
    name = str(content.get("key", key))
    return change_draft(
        model_id=model_id,
        change=lambda rule: editing.put_part(rule, kind, key, content),
        what={kind: [key, name] if key else name},
        by=by,
        version=version,
        now=now,
    )


def remove_part(
    *, model_id: int, kind: str, key: str, by: User, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Take a part out of a draft; a capability takes its metrics with it. Raises as `put_part`."""
    return change_draft(
        model_id=model_id,
        change=lambda rule: editing.remove_part(rule, kind, key),
        what={kind: [key, ""]},
        by=by,
        version=version,
        now=now,
    )


def move_part(
    *, model_id: int, kind: str, key: str, steps: int, by: User, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Move a part up (negative) or down in its list. Raises as `put_part`."""
    return change_draft(
        model_id=model_id,
        change=lambda rule: editing.move_part(rule, kind, key, steps),
        what={"moved": key},
        by=by,
        version=version,
        now=now,
    )


def put_settings(
    *, model_id: int, content: Mapping[str, Any], by: User, version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Change the settings of a draft that are no parts: names, windows, peers, composite, intervals."""
    return change_draft(
        model_id=model_id,
        change=lambda rule: editing.put_settings(rule, content),
        what={"settings": sorted(content)},
        by=by,
        version=version,
        now=now,
    )


def put_weights(
    *,
    model_id: int,
    weights: Mapping[str, Mapping[str, float]],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> ScoringModel:
    """Change weights of a draft by kind and key, all at once."""
    return change_draft(
        model_id=model_id,
        change=lambda rule: editing.put_weights(rule, weights),
        what={"weights": {kind: dict(given) for kind, given in weights.items()}},
        by=by,
        version=version,
        now=now,
    )


@transaction.atomic
def change_draft(
    *,
    model_id: int,
    change: Callable[[Rule], Rule],
    what: Mapping[str, Any],
    by: User,
    version: int | None,
    now: datetime | None,
) -> ScoringModel:
    """The common part of the changes of a draft. The draft may have open faults afterwards; it cannot be announced."""
    model = lock(ScoringModel.objects.all(), model_id)
    model.check_version(version)
    policies.check_editable(model)
    check_permission(by, "model.edit")
    rule = change(model.rule)
    try:
        policies.check_fits_portal(rule)
        check_attributes(rule)
    except DomainError as error:
        # Told of the form's field: the model as a whole is not what the person sent.
        raise InvalidInput(error.message, field="key", remedy=error.remedy, code=error.reason) from error
    before = model.digest
    put_definition(model, rule)
    model.save_checked()
    record("model.edit", model, by=by, now=now, changes={**what, "digest": [before, model.digest]})
    return model


@transaction.atomic
def discard(
    *, model_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> ScoringModel:
    """Give a draft up. It stays in the list and its version name becomes free."""
    model = lock(ScoringModel.objects.all(), model_id)
    model.check_version(version)
    row = SCORING_MODEL.check(model, "discard", note=note)
    check_permission(by, row.permission)
    model.status, model.discarded_at, model.discarded_by = row.to, now or timezone.now(), by
    model.save_checked()
    record(row.audit, model, by=by, note=note, now=now, changes={"digest": model.digest})
    return model


@transaction.atomic
def note_affected(
    *, model_id: int, digest: str, affected: int, total: int, by: User | None, now: datetime | None = None
) -> ScoringModel:
    """What the rule lab found about a draft: of several runs, the one that affects the largest share counts.

    Nothing happens when the definition has changed since, when the version is no draft any more, or for nobody.
    """
    model = lock(ScoringModel.objects.all(), model_id)
    if not model.is_draft or model.digest != digest or not total:
        return model
    if model.is_tried and affected * (model.affected_total or 1) <= (model.affected_count or 0) * total:
        return model
    model.tried_digest, model.affected_count, model.affected_total = digest, affected, total
    model.save_checked()
    record("model.try", model, by=by, now=now, changes={"affected": affected, "of": total, "digest": digest})
    return model
