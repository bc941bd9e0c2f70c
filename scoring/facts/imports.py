"""Imports from end to end: the command's, and the job's. All work is safe to repeat after its process died."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from common.days import business_day
from common.exceptions import DomainError
from common.jobs.progress import JobCancelled
from providers.registry.models import PORTAL_CODE
from providers.registry.selectors import known_codes
from scoring.facts import storage, uploads
from scoring.facts.checks import Registry
from scoring.facts.importing import Outcome, examine
from scoring.facts.locks import hold_import
from scoring.facts.models import FactBatch
from scoring.facts.overlaps import check_superseded, find_overlap
from scoring.facts.permissions import check_import
from scoring.facts.profiles import Profile, load_profile
from scoring.facts.refusals import Refusal
from scoring.facts.selectors import overlapping
from scoring.facts.services import (
    Options,
    fail_batch,
    finish_dry_run,
    publish_batch,
    receive_batch,
    reject_batch,
    start_checking,
)
from scoring.facts.sources import Report, Source, open_source
from scoring.facts.writing import Written

DISK = ("no_space", "unwritable")


def silent(done: int, total: int, phase: str) -> None:
    """Nobody watches."""


def import_batch(
    *,
    path: Path,
    by: User | None,
    profile: str | Profile = "standard",
    source: str = "",
    options: Options | None = None,
    report: Report = silent,
    now: datetime | None = None,
) -> FactBatch:
    """Import a file of this machine, to its end. `by=None` is an operator at the machine.

    Gives the batch: live; or rejected, with the reason in its report; or, for a file that is live already, the first
    one, unchanged. Raises Refusal for what is no readable file at all (nothing is written then) and for a full disk
    (the batch is then failed), NotPermitted, InvalidInput for an unknown profile. `source` overrides the profile's.
    """
    options = options or Options()
    rule = load_profile(profile) if isinstance(profile, str) else profile
    check_import(by, register_unknown=options.register_unknown)
    with ExitStack() as stack:
        folder = stack.enter_context(storage.open_work_folder(storage.dry_run_folder()))
        opened = open_source(path, folder=folder, report=report)
        stack.enter_context(hold_import(opened.digest, rule.name))
        batch, _ = receive_batch(
            digest=opened.digest,
            size=opened.size,
            file_name=path.name,
            profile=rule,
            source=source or rule.source,
            options=options,
            by=by,
            now=now,
        )
        if not batch.is_open:
            return batch
        return _carry_out(batch, opened, path, rule, by=by, report=report, now=now)


def receive_upload(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    profile: str,
    source: str = "",
    options: Options | None = None,
    by: User,
    now: datetime | None = None,
) -> tuple[FactBatch, bool]:
    """Keep an upload and enqueue its import; the batch, and whether it is new. A file that is live or on its way gives
    back its first batch and is not kept again.

    Raises NotPermitted, InvalidInput for an unknown profile, Refusal for what is no readable file, TooLarge.
    """
    options = options or Options()
    check_import(by, register_unknown=options.register_unknown)
    rule = load_profile(profile)
    upload = uploads.keep_upload(chunks)
    try:
        batch, new = receive_batch(
            digest=upload.digest,
            size=upload.size,
            file_name=Path(file_name).name or "upload",
            profile=rule,
            source=source or rule.source,
            options=options,
            by=by,
            upload=upload.name,
            now=now,
        )
    except BaseException:
        uploads.remove(upload.name)
        raise
    if batch.upload != upload.name:
        uploads.remove(upload.name)
    return batch, new


def import_upload(*, batch_id: int, report: Report = silent, now: datetime | None = None) -> FactBatch:
    """Import a received upload; what the job does. Does nothing for a batch that has ended."""
    batch = FactBatch.objects.select_related("received_by").get(pk=batch_id)
    with hold_import(batch.digest, batch.profile):
        batch.refresh_from_db()
        if not batch.is_open:
            return batch
        path = uploads.path_of(batch.upload) if batch.upload else Path()
        with storage.open_work_folder(f"{storage.batch_folder(batch_id)}-source") as folder:
            try:
                if not path.is_file():
                    raise Refusal("upload_gone")
                opened = open_source(path, folder=folder, report=report)
            except Refusal as refusal:
                start_checking(batch_id=batch_id, kind="", by=batch.received_by, now=now)
                return reject_batch(batch_id=batch_id, findings=None, refusal=refusal, by=batch.received_by, now=now)
            except JobCancelled:
                fail_batch(batch_id=batch_id, refusal=Refusal("cancelled"), by=batch.received_by, now=now)
                raise
            rule = load_profile(batch.profile)
            return _carry_out(batch, opened, path, rule, by=batch.received_by, report=report, now=now)


def dry_run(
    *,
    path: Path,
    profile: str | Profile = "standard",
    source: str = "",
    options: Options | None = None,
    report: Report = silent,
    now: datetime | None = None,
) -> Outcome:
    """Check a file of this machine and leave nothing behind, in the catalogue or on the disk."""
    options = options or Options()
    rule = load_profile(profile) if isinstance(profile, str) else profile
    with storage.open_work_folder(storage.dry_run_folder()) as folder:
        opened = open_source(path, folder=folder, report=report)
        outcome = _examine(opened, path, rule, options, folder, report, now)
        if outcome.written is None:
            return outcome
        refusal = _overlap(outcome.written, source or rule.source, options)
        return replace(outcome, refusal=refusal)


def _carry_out(
    batch: FactBatch,
    opened: Source,
    original: Path,
    rule: Profile,
    *,
    by: User | None,
    report: Report,
    now: datetime | None,
) -> FactBatch:
    """From received to its end. The caller holds the import's lock."""
    batch = start_checking(batch_id=batch.pk, kind=opened.kind, by=by, now=now)
    options = Options.of(batch)
    try:
        with storage.open_work_folder(storage.batch_folder(batch.pk)) as folder:
            outcome = _examine(opened, original, rule, options, folder, report, now)
            return _settle(batch, outcome, options, by=by, now=now)
    except (JobCancelled, KeyboardInterrupt):
        fail_batch(batch_id=batch.pk, refusal=Refusal("cancelled"), by=by, now=now)
        raise
    except DomainError as refusal:
        fail_batch(batch_id=batch.pk, refusal=refusal, by=by, now=now)
        raise
    except DatabaseError:
        raise  # the catalogue cannot be written either; the sweep closes the batch later
    except Exception:
        fail_batch(batch_id=batch.pk, refusal=Refusal("unexpected"), by=by, now=now)
        raise


def _settle(
    batch: FactBatch, outcome: Outcome, options: Options, *, by: User | None, now: datetime | None
) -> FactBatch:
    """Publish what may be taken, else close the batch with the reason."""
    findings, written, refusal = outcome.findings, outcome.written, outcome.refusal
    seen: list[int] = []
    if written is not None:
        seen = [rival.pk for rival in _rivals(written, batch.source, options)]
        refusal = _overlap(written, batch.source, options)
    if refusal is None and findings is not None and options.dry_run:
        return finish_dry_run(batch_id=batch.pk, findings=findings, by=by, now=now)
    if refusal is None and findings is not None and written is not None:
        try:
            return publish_batch(batch_id=batch.pk, findings=findings, written=written, seen=seen, by=by, now=now)
        except Refusal as late:
            if late.reason in DISK:
                raise
            refusal = late
    return reject_batch(batch_id=batch.pk, findings=findings, refusal=refusal or Refusal("unexpected"), by=by, now=now)


def _examine(
    opened: Source,
    original: Path,
    rule: Profile,
    options: Options,
    folder: Path,
    report: Report,
    now: datetime | None,
) -> Outcome:
    return examine(
        opened,
        original=original,
        profile=rule,
        registry=Registry(frozenset(known_codes()), PORTAL_CODE, register=options.register_unknown),
        skip_bad_rows=options.skip_bad_rows,
        today=business_day(now or timezone.now()),
        folder=folder,
        report=report,
    )


def _rivals(written: Written, source: str, options: Options) -> QuerySet[FactBatch]:
    found = overlapping(source=source, day_from=written.day_from, day_to=written.day_to)
    return found.exclude(pk__in=options.supersedes)


def _overlap(written: Written, source: str, options: Options) -> Refusal | None:
    """Why the facts may not stand beside those that are live."""
    try:
        check_superseded(options.supersedes, source=source, written=written)
    except Refusal as refusal:
        return refusal
    return find_overlap(written.path, _rivals(written, source, options))
