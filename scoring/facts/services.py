"""Writes to the catalogue of batches, each one transaction. `imports` runs the work between them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit.services import record
from common.exceptions import DomainError
from common.jobs.services import enqueue
from common.locks import lock
from providers.registry.selectors import known_codes
from providers.registry.services import register_external_provider
from scoring.facts import storage, uploads
from scoring.facts.enums import FactBatchStatus
from scoring.facts.locks import lock_publishing
from scoring.facts.models import FactBatch
from scoring.facts.overlaps import check_superseded, find_overlap
from scoring.facts.permissions import check_act, check_import
from scoring.facts.profiles import Profile
from scoring.facts.refusals import Refusal, describe
from scoring.facts.report import Findings
from scoring.facts.selectors import overlapping, same_file
from scoring.facts.states import FACT_BATCH
from scoring.facts.writing import Written

TASK = "scoring.import_facts"


@dataclass(frozen=True)
class Options:
    """What the caller chose. All or nothing unless `skip_bad_rows`; `supersedes` names live batches by id."""

    skip_bad_rows: bool = False
    register_unknown: bool = False
    supersedes: tuple[int, ...] = ()
    dry_run: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"supersedes": list(self.supersedes)}

    @classmethod
    def of(cls, batch: FactBatch) -> "Options":
        """The options that a batch was received with."""
        return cls(**{**batch.options, "supersedes": tuple(batch.options.get("supersedes", ()))})


@transaction.atomic
def receive_batch(
    *,
    digest: str,
    size: int,
    file_name: str,
    profile: Profile,
    source: str,
    options: Options,
    by: User | None,
    upload: str = "",
    now: datetime | None = None,
) -> tuple[FactBatch, bool]:
    """The catalogue row for a file, and whether it is new. A file that is live already, or on its way, in the same
    profile gives back its first row. With an `upload` the import is enqueued.

    Raises NotPermitted, Refusal about `supersedes`.
    """
    check_import(by, register_unknown=options.register_unknown)
    lock_publishing()
    present = same_file(digest=digest, profile=profile.name).select_for_update().first()
    if present is not None:
        return (_take_over(present, options, upload, by, now) if present.is_open else present), False
    check_superseded(options.supersedes, source=source)
    batch = FactBatch(
        source=source,
        profile=profile.name,
        profile_digest=profile.digest,
        file_name=file_name[-200:],
        digest=digest,
        source_bytes=size,
        options=options.as_json(),
        upload=upload,
        received_at=now or timezone.now(),
        received_by=by,
    )
    batch.full_clean()
    batch.save()
    record("fact_batch.receive", batch, by=by, now=now, changes={"digest": digest, "options": batch.options})
    _enqueue(batch, by)
    return batch, True


def _take_over(batch: FactBatch, options: Options, upload: str, by: User | None, now: datetime | None) -> FactBatch:
    """A file that is sent again while its first import has not ended: a new upload revives one whose job is dead; the
    command, which holds the import's lock, goes on with it. Otherwise the first import is left to itself."""
    dead = batch.job is not None and not batch.job.is_open
    if upload and not dead:
        return batch
    batch.options = options.as_json()
    if upload:
        batch.upload = upload
    batch.save_checked()
    record("fact_batch.receive", batch, by=by, now=now, changes={"options": batch.options})
    if upload:
        _enqueue(batch, by)
    return batch


def _enqueue(batch: FactBatch, by: User | None) -> None:
    if batch.upload:
        batch.job = enqueue(TASK, by=by, batch_id=batch.pk)
        batch.save_checked()


@transaction.atomic
def start_checking(*, batch_id: int, kind: str, by: User | None, now: datetime | None = None) -> FactBatch:
    """The import begins, or begins again after its process died."""
    batch = lock(FactBatch.objects.all(), batch_id)
    row = FACT_BATCH.check(batch, "resume" if batch.status == FactBatchStatus.CHECKING else "check")
    batch.status, batch.kind = row.to, kind
    batch.save_checked()
    record(row.audit, batch, by=by, now=now)
    return batch


@transaction.atomic
def publish_batch(
    *,
    batch_id: int,
    findings: Findings,
    written: Written,
    seen: Sequence[int],
    by: User | None,
    now: datetime | None = None,
) -> FactBatch:
    """The batch becomes live: its file moves into place, new providers are registered, superseded batches step down.

    The file is in place and synced before the commit makes it live; a crash in between leaves a file that nothing
    names, which `sweep` removes. `seen`: live batches whose overlap was ruled out before. Raises Refusal.
    """
    now = now or timezone.now()
    lock_publishing()
    batch = lock(FactBatch.objects.all(), batch_id)
    row = FACT_BATCH.check(batch, "publish")
    options = Options.of(batch)
    check_superseded(options.supersedes, source=batch.source, written=written)
    rivals = overlapping(source=batch.source, day_from=written.day_from, day_to=written.day_to)
    overlap = find_overlap(written.path, rivals.exclude(pk__in=[*options.supersedes, *seen]))
    if overlap is not None:
        raise overlap
    for code in sorted(set(findings.new_codes) - known_codes()):
        register_external_provider(code=code, name=code, by=by, now=now)
    _keep_findings(batch, findings)
    batch.status, batch.imported_at, batch.imported_by = row.to, now, by
    batch.rows, batch.provider_count = written.rows, written.provider_count
    batch.day_from, batch.day_to = written.day_from, written.day_to
    batch.file_digest, batch.file_bytes = written.digest, written.size
    batch.path = storage.place(written.path, batch_id=batch.pk, digest=written.digest)
    _drop_upload(batch)
    batch.save_checked()
    for old in FactBatch.objects.select_for_update().filter(pk__in=options.supersedes).order_by("pk"):
        _step_down(old, batch, by, now)
    record(row.audit, batch, by=by, now=now, changes={"rows": written.rows, "file_digest": written.digest})
    return batch


def _step_down(old: FactBatch, batch: FactBatch, by: User | None, now: datetime) -> None:
    row = FACT_BATCH.check(old, "supersede")
    old.status, old.successor, old.superseded_at, old.superseded_by = row.to, batch, now, by
    old.save_checked()
    record(row.audit, old, by=by, now=now, changes={"successor": batch.pk})


@transaction.atomic
def finish_dry_run(*, batch_id: int, findings: Findings, by: User | None, now: datetime | None = None) -> FactBatch:
    """The file could be taken; its upload waits for a decision."""
    return _close(batch_id, "finish_dry_run", findings, None, by, now)


@transaction.atomic
def reject_batch(
    *, batch_id: int, findings: Findings | None, refusal: DomainError, by: User | None, now: datetime | None = None
) -> FactBatch:
    """The file may not be taken; the report says why."""
    return _close(batch_id, "reject", findings, refusal, by, now)


@transaction.atomic
def fail_batch(*, batch_id: int, refusal: DomainError, by: User | None, now: datetime | None = None) -> FactBatch:
    """The import did not end: a full disk, a cancel, an unexpected failure. Safe to call again."""
    return _close(batch_id, "fail", None, refusal, by, now)


def _close(
    batch_id: int,
    action: str,
    findings: Findings | None,
    refusal: DomainError | None,
    by: User | None,
    now: datetime | None,
) -> FactBatch:
    batch = lock(FactBatch.objects.all(), batch_id)
    if action == "fail" and not batch.is_open:
        return batch
    row = FACT_BATCH.check(batch, action)
    batch.status = row.to
    if findings is not None:
        _keep_findings(batch, findings)
    if refusal is not None:
        batch.report = batch.report | {"refusal": describe(refusal)}
        _drop_upload(batch)
    batch.save_checked()
    # The report says it in each reader's language; the log keeps what does not depend on one.
    record(row.audit, batch, by=by, now=now, changes={"refusal": refusal.reason} if refusal else None)
    return batch


def _keep_findings(batch: FactBatch, findings: Findings) -> None:
    batch.source_rows = findings.source_rows
    batch.rejected_rows = findings.rejected_rows
    batch.duplicate_rows = findings.duplicate_rows
    batch.report = findings.as_json()


def _drop_upload(batch: FactBatch) -> None:
    name, batch.upload = batch.upload, ""
    if name:
        transaction.on_commit(lambda: uploads.remove(name))


@transaction.atomic
def act_on_batch(
    *, batch_id: int, action: str, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> FactBatch:
    """What a person decides after a dry run: `import` it, or `discard` it. Raises Conflict, Stale, NotPermitted."""
    lock_publishing()
    batch = lock(FactBatch.objects.all(), batch_id)
    row = FACT_BATCH.check(batch, action, note=note)
    check_act(by, batch, row)
    batch.check_version(version)
    if action == "import":
        check_import(by, register_unknown=bool(batch.options.get("register_unknown")))
        rival = same_file(digest=batch.digest, profile=batch.profile).first()
        if rival is not None:
            raise Refusal("same_file", batch=rival.pk)
        batch.options = batch.options | {"dry_run": False}
    batch.status = row.to
    if action == "discard":
        _drop_upload(batch)
    batch.save_checked()
    record(row.audit, batch, by=by, now=now, note=note)
    if action == "import":
        _enqueue(batch, by)
    return batch


def import_after_dry_run(
    *, batch_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> FactBatch:
    """Take in what a dry run checked."""
    return act_on_batch(batch_id=batch_id, action="import", by=by, note=note, version=version, now=now)


def discard_dry_run(
    *, batch_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> FactBatch:
    """Drop what a dry run checked."""
    return act_on_batch(batch_id=batch_id, action="discard", by=by, note=note, version=version, now=now)


ACTIONS = {"import": import_after_dry_run, "discard": discard_dry_run}


@transaction.atomic
def expire_dry_run(*, batch_id: int, now: datetime | None = None) -> FactBatch:
    """Nobody decided on a dry run in time: its upload goes, its report stays."""
    batch = lock(FactBatch.objects.all(), batch_id)
    if batch.status == FactBatchStatus.CHECKED and batch.upload:
        _drop_upload(batch)
        batch.save_checked()
        record("fact_batch.expire", batch, by=None, now=now)
    return batch
