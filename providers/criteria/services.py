"""Writes about criteria sets: draft, edit, publish, discard."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.exceptions import Conflict, InvalidInput, NotFound
from common.inserts import insert_once
from common.jobs.services import enqueue
from common.locks import lock
from providers.criteria import policies
from providers.criteria.definition import SetText, digest_of, read_definition, set_text_of
from providers.criteria.enums import SetStatus
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.permissions import check_act, check_edit
from providers.criteria.selectors import criteria_of, draft_set, published_set
from providers.criteria.states import CRITERIA_SET

FIRST_NOTE = "The set that comes with the portal."
TITLES = ("title_zh", "title_en")
EDITABLE = (
    *("position", "kind", "title_zh", "title_en", "text_zh", "text_en", "at_door", "at_night"),
    *("pass_when", "fail_when", "measure", "limit", "direction", "remedy_zh", "remedy_en"),
)
TRIAGE_OPEN = "providers.triage_open_applications"
TELL = "providers.tell_of_criteria"


@transaction.atomic
def create_draft(*, by: User | None, definition: str | None = None, now: datetime | None = None) -> CriteriaSet:
    """Begin the next set: from TOML, or as a copy of the set in force. `by=None` is the portal itself.

    Raises InvalidInput with the path of the fault, Conflict when there is a draft already, NotPermitted.
    """
    now = now or timezone.now()
    if by is not None:
        check_permission(by, "criteria.edit")
    second = Conflict(
        _("There is a draft already."), remedy=_("Go on with that one, or discard it first."), code="draft_exists"
    )
    if draft_set() is not None:
        raise second
    text = read_definition(definition) if definition is not None else _copy_of_published()
    number = (CriteriaSet.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    criteria_set = CriteriaSet(
        number=number,
        title_zh=text.title.zh,
        title_en=text.title.en,
        digest=digest_of(text),
        created_at=now,
        created_by=by,
        edited_at=now,
        edited_by=by,
    )
    insert_once(criteria_set, or_else=second)
    _write_criteria(criteria_set, text)
    record("criteria.create", criteria_set, by=by, now=now, changes={"digest": criteria_set.digest})
    return criteria_set


@transaction.atomic
def replace_definition(
    *, criteria_set_id: int, definition: str, by: User, version: int | None = None, now: datetime | None = None
) -> CriteriaSet:
    """Put a TOML text in place of the draft's whole content. Raises InvalidInput, Conflict, Stale, NotPermitted."""
    criteria_set = _lock_for_edit(criteria_set_id, by, version)
    text = read_definition(definition)
    Criterion.objects.filter(criteria_set=criteria_set).delete()
    criteria_set.title_zh, criteria_set.title_en = text.title.zh, text.title.en
    _write_criteria(criteria_set, text)
    return _save_edited(criteria_set, "criteria.import", by=by, now=now, changes={})


@transaction.atomic
def edit_titles(
    *,
    criteria_set_id: int,
    changes: Mapping[str, str],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> CriteriaSet:
    """Change the titles of a draft. Raises InvalidInput for other fields and empty titles, Conflict, Stale,
    NotPermitted."""
    criteria_set = _lock_for_edit(criteria_set_id, by, version)
    made: dict[str, Any] = {}
    for field, value in changes.items():
        if field not in TITLES:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Leave it out."))
        if getattr(criteria_set, field) != value.strip():
            made[field] = [getattr(criteria_set, field), value.strip()]
            setattr(criteria_set, field, value.strip())
    return _save_edited(criteria_set, "criteria.edit", by=by, now=now, changes=made) if made else criteria_set


@transaction.atomic
def put_criterion(
    *,
    criteria_set_id: int,
    key: str,
    content: Mapping[str, Any],
    by: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Criterion:
    """Add a criterion to a draft, or change the one with this key; what `content` leaves out stays as it is.

    Raises InvalidInput with the field at fault (a formula's error stands at its field), Conflict, Stale, NotPermitted.
    """
    criteria_set = _lock_for_edit(criteria_set_id, by, version)
    criterion = Criterion.objects.filter(criteria_set=criteria_set, key=key).first()
    if criterion is None:
        count = Criterion.objects.filter(criteria_set=criteria_set).count()
        policies.check_size(count + 1)
        criterion = Criterion(criteria_set=criteria_set, key=key, position=count + 1)
    changes: dict[str, Any] = {}
    for field, value in content.items():
        if field not in EDITABLE:
            raise InvalidInput(_("This cannot be changed here."), field=field, remedy=_("Leave it out."))
        value = value.strip() if isinstance(value, str) else value
        if getattr(criterion, field) != value:
            changes[field] = [getattr(criterion, field), value]
            setattr(criterion, field, value)
    policies.check_criterion(criterion)
    if criterion.pk is None or changes:
        criterion.full_clean()
        criterion.save()
        _save_edited(criteria_set, "criteria.edit", by=by, now=now, changes={"key": key} | changes)
    return criterion


@transaction.atomic
def remove_criterion(
    *, criteria_set_id: int, key: str, by: User, version: int | None = None, now: datetime | None = None
) -> CriteriaSet:
    """Take a criterion out of a draft. Raises NotFound when there is none, Conflict, Stale, NotPermitted."""
    criteria_set = _lock_for_edit(criteria_set_id, by, version)
    removed, _rows = Criterion.objects.filter(criteria_set=criteria_set, key=key).delete()
    if not removed:
        raise NotFound()
    return _save_edited(criteria_set, "criteria.remove_criterion", by=by, now=now, changes={"key": key})


@transaction.atomic
def publish_set(
    *, criteria_set_id: int, by: User | None, note: str, version: int | None = None, now: datetime | None = None
) -> CriteriaSet:
    """Put a draft into force; the one before it is retired in the same moment, waiting applications are triaged anew
    and everybody whom it concerns is told.

    `by=None` is the portal itself with its first set, which has nobody to try it on. Raises IllegalTransition,
    InvalidInput, Conflict without a dry run of exactly this draft, Stale, NotPermitted.
    """
    now = now or timezone.now()
    # All sets that count, always in the same order: two publications at once wait for each other.
    list(CriteriaSet.objects.select_for_update(of=("self",)).exclude(status=SetStatus.RETIRED).order_by("pk"))
    criteria_set = lock(CriteriaSet.objects.all(), criteria_set_id)
    criteria_set.check_version(version)
    row = CRITERIA_SET.check(criteria_set, "publish", note=note)
    present = published_set()
    if by is not None:
        check_act(by, criteria_set, row)
    if by is not None or present is not None:
        policies.check_publishable(criteria_set)
    if present is not None:
        present.status, present.retired_at, present.retired_by = SetStatus.RETIRED, now, by
        present.save_checked()
        record("criteria.retire", present, by=by, now=now, changes={"replaced_by": criteria_set.number})
    criteria_set.status, criteria_set.published_at, criteria_set.published_by = row.to, now, by
    criteria_set.publish_note = note.strip()
    criteria_set.save_checked()
    record(row.audit, criteria_set, by=by, note=note.strip(), now=now, changes={"digest": criteria_set.digest})
    enqueue(TRIAGE_OPEN, by=by, now=now)
    if present is not None:
        enqueue(TELL, by=by, now=now, criteria_set_id=criteria_set.pk)
    return criteria_set


@transaction.atomic
def discard_set(
    *, criteria_set_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> CriteriaSet:
    """Give a draft up. Raises IllegalTransition, InvalidInput, Stale, NotPermitted."""
    now = now or timezone.now()
    criteria_set = lock(CriteriaSet.objects.all(), criteria_set_id)
    criteria_set.check_version(version)
    row = CRITERIA_SET.check(criteria_set, "discard", note=note)
    check_act(by, criteria_set, row)
    criteria_set.status, criteria_set.retired_at, criteria_set.retired_by = row.to, now, by
    criteria_set.save_checked()
    record(row.audit, criteria_set, by=by, note=note.strip(), now=now)
    return criteria_set


@transaction.atomic
def load_first_set(*, definition: str, now: datetime | None = None) -> CriteriaSet:
    """Put the set that comes with the portal into force unless one is; gives the one in force. Safe to repeat.

    Raises InvalidInput with the path of the fault, Conflict when a draft stands in the way.
    """
    present = published_set()
    if present is not None:
        return present
    draft = create_draft(by=None, definition=definition, now=now)
    return publish_set(criteria_set_id=draft.pk, by=None, note=FIRST_NOTE, now=now)


# What people may ask for by the action's name.
ACTIONS: dict[str, Callable[..., CriteriaSet]] = {"publish": publish_set, "discard": discard_set}


def _copy_of_published() -> SetText:
    present = published_set()
    if present is None:
        raise Conflict(
            _("No set is in force that could be copied."), remedy=_("Begin with a file."), code="nothing_to_copy"
        )
    return set_text_of(present, criteria_of(present))


def _lock_for_edit(criteria_set_id: int, by: User, version: int | None) -> CriteriaSet:
    criteria_set = lock(CriteriaSet.objects.all(), criteria_set_id)
    criteria_set.check_version(version)
    check_edit(by, criteria_set)
    return criteria_set


def _write_criteria(criteria_set: CriteriaSet, text: SetText) -> None:
    """Check and insert every criterion of `text`; a fault names its place as `criteria[2].pass_when`."""
    policies.check_size(len(text.criteria))
    rows = [entry.to_row(position=index) for index, entry in enumerate(text.criteria, start=1)]
    _check_keys(row.key for row in rows)
    for index, row in enumerate(rows):
        try:
            policies.check_criterion(row)
        except InvalidInput as error:
            raise InvalidInput(
                _("%(path)s: %(message)s") % {"path": f"criteria[{index}].{error.field}", "message": error.message},
                field="definition",
                remedy=error.remedy,
                code=error.reason,
            ) from error
        row.criteria_set = criteria_set
    Criterion.objects.bulk_create(rows)


def _check_keys(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise InvalidInput(
                _("The key “%(key)s” occurs twice.") % {"key": key},
                field="definition",
                remedy=_("Give each criterion its own key."),
            )
        seen.add(key)


def _save_edited(
    criteria_set: CriteriaSet, action: str, *, by: User, now: datetime | None, changes: dict[str, Any]
) -> CriteriaSet:
    before = criteria_set.digest
    criteria_set.digest = digest_of(set_text_of(criteria_set, criteria_of(criteria_set)))
    criteria_set.edited_at, criteria_set.edited_by = now or timezone.now(), by
    criteria_set.save_checked()
    record(action, criteria_set, by=by, now=now, changes=changes | {"digest": [before, criteria_set.digest]})
    return criteria_set
