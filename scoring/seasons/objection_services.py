"""Writes about objections and appeals: a provider objects, somebody else decides, and what is upheld settles the track
again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice, send_notices
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, InvalidInput, NotFound
from common.inserts import insert_once
from common.languages import in_both
from common.locks import lock
from common.states import Transition
from scoring.seasons import objection_policies as policies
from scoring.seasons.enums import ObjectionKind, ObjectionStatus, Outcome, Relief
from scoring.seasons.models import Season, Track
from scoring.seasons.objection_models import Objection
from scoring.seasons.settlement_services import correct_divisions, write_settlement
from scoring.seasons.settling import settle_track_now
from scoring.seasons.states import TABLES
from scoring.seasons.verdict_models import Settlement, Verdict
from scoring.seasons.verdict_selectors import current_settlement

ALREADY = {
    ObjectionKind.OBJECTION: _("Your company has objected to this verdict already."),
    ObjectionKind.APPEAL: _("Your company has appealed against this verdict already."),
}
WITH = ("provider", "track__season", "verdict__settlement")


@transaction.atomic
def open_objection(*, verdict_id: int, statement: str, by: User, now: datetime | None = None) -> Objection:
    """A provider says what is wrong with its verdict, until the last day for objections.

    Raises InvalidInput (field `statement`), Conflict when it is too late, the verdict is superseded or an objection
    exists, NotPermitted, NotFound.
    """
    return say_wrong(ObjectionKind.OBJECTION, verdict_id, statement, by=by, now=now or timezone.now())


@transaction.atomic
def open_appeal(*, verdict_id: int, statement: str, by: User, now: datetime | None = None) -> Objection:
    """A provider appeals against its final verdict, until the last day for appeals; whether it objected before or not.

    Raises as `open_objection`.
    """
    return say_wrong(ObjectionKind.APPEAL, verdict_id, statement, by=by, now=now or timezone.now())


def say_wrong(kind: ObjectionKind, verdict_id: int, statement: str, *, by: User, now: datetime) -> Objection:
    """Write an objection or an appeal, within the caller's transaction."""
    verdict = Verdict.objects.select_related("provider", "settlement__track__season").filter(pk=verdict_id).first()
    if verdict is None:
        raise NotFound()
    check_permission(by, "objection.open", organisation_id=verdict.provider.organisation_id)
    # The locks keep the season from becoming final and the track from being settled again meanwhile.
    season = lock(Season.objects.all(), verdict.settlement.track.season_id)
    track = lock(Track.objects.all(), verdict.settlement.track_id)
    policies.CHECKS[kind](season, business_day(now))
    present = current_settlement(track)
    if present is None or present.pk != verdict.settlement_id:
        raise Conflict(
            _("This verdict was superseded."), remedy=_("Read the verdict that is in force."), code="superseded"
        )
    said = statement.strip()
    if not said:
        raise InvalidInput(
            _("The statement is missing."), field="statement", remedy=_("Say what is wrong, and how it can be seen.")
        )
    objection = Objection(
        kind=kind,
        track=track,
        provider=verdict.provider,
        verdict=verdict,
        statement=said,
        opened_at=now,
        opened_by=by,
    )
    insert_once(
        objection,
        or_else=Conflict(
            ALREADY[kind],
            field="statement",
            remedy=_("Wait for the decision, or withdraw the objection first."),
            code="objected_already",
        ),
    )
    record(f"{kind}.open", objection, by=by, note=said, now=now, changes={"verdict": verdict.pk})
    return objection


@transaction.atomic
def withdraw_objection(
    *, objection_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Objection:
    """The provider takes its objection back. Raises IllegalTransition, Stale, NotPermitted, NotFound."""
    now = now or timezone.now()
    objection = lock(Objection.objects.select_related(*WITH), objection_id)
    row = take(objection, "withdraw", by, note, version)
    objection.status, objection.withdrawn_at, objection.withdrawn_by = row.to, now, by
    objection.save_checked()
    record(row.audit, objection, by=by, note=note.strip(), now=now)
    return objection


@transaction.atomic
def reject_objection(
    *, objection_id: int, by: User, note: str, version: int | None = None, now: datetime | None = None
) -> Objection:
    """The verdict stays. Raises IllegalTransition, InvalidInput (field `note`), Stale, NotPermitted, NotFound."""
    now = now or timezone.now()
    objection = lock(Objection.objects.select_related(*WITH), objection_id)
    row = take(objection, "reject", by, note, version)
    close(objection, row, by=by, note=note, now=now, changes={})
    return objection


@transaction.atomic
def uphold_objection(
    *,
    objection_id: int,
    relief: str,
    by: User,
    note: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Objection:
    """The provider is right: the track is settled again, with the newest scores of the last day, and where `relief` is
    `spare` with this provider protected from relegation. What changed for whom is written and told; after an appeal
    also the levels that the final season gave.

    Race: two officers about two objections of one track. The second waits for the track and supersedes the first one's
    settlement. Raises InvalidInput (fields `relief`, `note`), Conflict when nothing would change, IllegalTransition,
    Stale, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    track_id = Objection.objects.filter(pk=objection_id).values_list("track_id", flat=True).first()
    if track_id is None:
        raise NotFound()
    track = lock(Track.objects.select_related("season__scoring_model"), track_id)
    objection = lock(Objection.objects.select_related(*WITH), objection_id)
    row = take(objection, "uphold", by, note, version)
    policies.check_relief(relief)
    before = current_settlement(track)
    result = settle_track_now(track, relieved=list_relieved(track, objection, relief), again=before)
    policies.check_changes(before, result.digest)
    settlement = write_settlement(track, result, by=by, now=now, supersedes=before, cause=objection.number)
    changed = list_changed(settlement)
    objection.relief, objection.settlement = relief, settlement
    moved = [[one.provider.code, one.outcome_before or one.outcome, one.outcome] for one in changed]
    changes: dict[str, Any] = {"relief": relief, "settlement": settlement.digest, "changed": moved}
    if objection.kind == ObjectionKind.APPEAL:
        changes["levels"] = correct_divisions(settlement, by=by, now=now)
    close(objection, row, by=by, note=note, now=now, changes=changes)
    tell_others(objection, changed, now=now)
    return objection


def take(objection: Objection, action: str, by: User, note: str, version: int | None) -> Transition:
    """Whether `by` may take this step now: transition, version, permission and impartiality."""
    row = TABLES[ObjectionKind(objection.kind)].check(objection, action, note=note)
    objection.check_version(version)
    policies.check_act(by, objection, row)
    return row


def list_relieved(track: Track, objection: Objection, relief: str) -> list[int]:
    """The providers of the track that upheld objections protect, this one included."""
    upheld = Objection.objects.filter(track=track, status=ObjectionStatus.UPHELD, relief=Relief.SPARE)
    spared = list(upheld.values_list("provider_id", flat=True))
    return [*spared, objection.provider_id] if relief == Relief.SPARE else spared


def list_changed(settlement: Settlement) -> Sequence[Verdict]:
    """The verdicts whose outcome or place is another than before."""
    verdicts = settlement.verdicts.select_related("provider").order_by("provider__code")
    return [one for one in verdicts if one.outcome_before or one.place_before is not None]


def close(
    objection: Objection, row: Transition, *, by: User, note: str, now: datetime, changes: dict[str, Any]
) -> None:
    """Write a decision and tell the provider."""
    objection.status, objection.decided_at, objection.decided_by = row.to, now, by
    objection.decision_note = note.strip()
    objection.save_checked()
    record(row.audit, objection, by=by, note=note.strip(), now=now, changes=changes)
    if objection.provider.organisation_id is not None:
        send_notice(
            row.audit,
            organisation_id=objection.provider.organisation_id,
            now=now,
            number=objection.number,
            note=note.strip(),
        )


def tell_others(objection: Objection, changed: Sequence[Verdict], *, now: datetime) -> None:
    """Tell every provider whose outcome changed with somebody's objection or appeal."""
    season = objection.track.season
    told = [
        (
            one.provider.organisation_id,
            {
                "name_zh": season.name_zh,
                "name_en": season.name_en,
                **name_outcome("before", one.outcome_before),
                **name_outcome("after", one.outcome),
                "number": objection.number,
                "verdict": one.pk,
            },
        )
        for one in changed
        if one.outcome_before and one.provider_id != objection.provider_id
    ]
    kind = "verdict.change" if objection.kind == ObjectionKind.OBJECTION else "verdict.change_by_appeal"
    send_notices(kind, told, now=now)


def name_outcome(name: str, outcome: str) -> dict[str, str]:
    """An outcome's label as a parameter of notices."""
    return {f"{name}_{language}": text for language, text in in_both(Outcome(outcome).label).items()}


# What pages and endpoints may ask for by the action's name.
ACTIONS: dict[str, Callable[..., Objection]] = {
    "uphold": uphold_objection,
    "reject": reject_objection,
    "withdraw": withdraw_objection,
}
OPENERS: dict[str, Callable[..., Objection]] = {
    ObjectionKind.OBJECTION: open_objection,
    ObjectionKind.APPEAL: open_appeal,
}
