"""`manage.py import_facts FILE`: the door for operators and schedulers, with progress on the terminal."""

import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.models import User
from common.exceptions import DomainError, InvalidInput
from scoring.facts import imports, profiles
from scoring.facts.enums import REMEDIES, FactBatchStatus, Fault, Notice
from scoring.facts.models import FactBatch
from scoring.facts.refusals import sentence
from scoring.facts.services import Options

OK, REJECTED, FAILED, INTERRUPTED = 0, 1, 2, 130
SHOWN_LINES = 20


class Command(BaseCommand):
    """Exit code 0: live, or was live already, or the dry run found nothing wrong; 1: the file was rejected; 2: the
    import could not run (no such file, no space, wrong arguments); 130: interrupted."""

    help = "Import a file of facts (CSV, CSV in gzip, Parquet or JSON lines)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file to import")
        parser.add_argument(
            "--profile",
            default="standard",
            help=f"a shipped profile ({', '.join(profiles.names())}) or the path of a TOML file (default: standard)",
        )
        parser.add_argument("--source", default="", help="the name of the source; without it the profile's own")
        parser.add_argument("--dry-run", action="store_true", help="check and report, take nothing")
        parser.add_argument("--skip-bad-rows", action="store_true", help="take the good rows, report the bad ones")
        parser.add_argument("--register-unknown", action="store_true", help="register unknown providers as external")
        parser.add_argument(
            "--supersedes", type=int, action="append", default=[], metavar="ID", help="a live batch this file replaces"
        )
        parser.add_argument("--by", default="", metavar="EMAIL", help="the person in whose name this is done")

    def handle(self, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            code = self._import(options)
        except DomainError as error:
            self.stderr.write(self.style.ERROR(str(error)))
            code = FAILED
        except KeyboardInterrupt:
            self.stderr.write(_("Interrupted; nothing was taken."))
            code = INTERRUPTED
        if code:
            sys.exit(code)

    def _import(self, given: dict[str, Any]) -> int:
        profile = _profile(given["profile"])
        chosen = Options(
            skip_bad_rows=given["skip_bad_rows"],
            register_unknown=given["register_unknown"],
            supersedes=tuple(given["supersedes"]),
            dry_run=given["dry_run"],
        )
        with Terminal(sys.stderr) as terminal:
            what = {"path": given["file"], "profile": profile, "source": given["source"], "options": chosen}
            if chosen.dry_run:
                outcome = imports.dry_run(**what, report=terminal.report)
            else:
                started = time.time()
                batch = imports.import_batch(**what, by=_person(given["by"]), report=terminal.report)
        if not chosen.dry_run:
            return self._tell_batch(batch, new=batch.received_at.timestamp() >= started - 1)
        if outcome.findings is not None:
            self._tell_rows(outcome.findings.source_rows, outcome.findings.as_json())
        if outcome.refusal is not None:
            self.stderr.write(self.style.ERROR(str(outcome.refusal)))
            return REJECTED
        written = outcome.written
        if written is not None:
            self._tell_facts(written.rows, written.provider_count, written.day_from, written.day_to)
        self.stdout.write(_("This was a dry run; nothing was taken."))
        return OK

    def _tell_batch(self, batch: FactBatch, *, new: bool) -> int:
        if batch.source_rows is not None:
            self._tell_rows(batch.source_rows, batch.report)
        if batch.status != FactBatchStatus.LIVE:
            message, remedy = sentence(batch.report.get("refusal", {"code": "unexpected"}))
            self.stderr.write(self.style.ERROR(f"{message} {remedy}"))
            self.stderr.write(_("Batch %(batch)s is rejected.") % {"batch": batch.pk})
            return REJECTED
        self._tell_facts(batch.rows, batch.provider_count, batch.day_from, batch.day_to)
        text = (
            _("Batch %(batch)s is live.")
            if new
            else _("This file is live already as batch %(batch)s; nothing changed.")
        )
        self.stdout.write(self.style.SUCCESS(text % {"batch": batch.pk}))
        return OK

    def _tell_rows(self, rows: int, report: dict[str, Any]) -> None:
        self.stdout.write(_("%(rows)s rows read.") % {"rows": f"{rows:,}"})
        for reason, count in report.get("reasons", {}).items():
            self.stdout.write(f"  {count:>10,}  {Fault(reason).label} {REMEDIES[reason]}")
        for reason, count in report.get("notices", {}).items():
            self.stdout.write(f"  {count:>10,}  {Notice(reason).label}")
        lines = report.get("lines", [])
        for line in lines[:SHOWN_LINES]:
            place = _("row %(row)s") % {"row": f"{line['row']:,}"}
            self.stdout.write(f"  {place}  {line['column']}  “{line['value']}”  {line['reason']}")
        if len(lines) > SHOWN_LINES:
            self.stdout.write(_("  … and more; the batch's report lists the first 1,000."))
        if report.get("new_providers"):
            self.stdout.write(_("%(count)s providers are new.") % {"count": report["new_providers"]})

    def _tell_facts(self, rows: Any, providers: Any, day_from: Any, day_to: Any) -> None:
        text = _("%(rows)s facts of %(providers)s providers, %(since)s to %(until)s.")
        self.stdout.write(
            text % {"rows": f"{rows:,}", "providers": f"{providers:,}", "since": day_from, "until": day_to}
        )


class Terminal:
    """One line that is written over: phase, share, rate and time left. A plain log gets one line per phase."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.live = stream, stream.isatty()
        self.phase, self.started, self.shown = "", time.monotonic(), 0.0

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.stream.write("\r\033[K")

    def report(self, done: int, total: int, phase: str) -> None:
        """Show how far the import is."""
        now, phase = time.monotonic(), _(phase)
        if phase != self.phase:
            self.phase, self.started, self.shown = phase, now, 0.0
            if not self.live:
                self.stream.write(f"{phase}\n")
        if not self.live or now - self.shown < 0.2:
            return
        self.shown = now
        self.stream.write(f"\r\033[K{describe_progress(phase, done, total, now - self.started)}")
        self.stream.flush()


def describe_progress(phase: str, done: int, total: int, seconds: float) -> str:
    """Phase, count (megabytes, or percent), rate and time left."""
    share = min(1.0, done / total) if total else 0.0
    unit = "%" if total == 100 else "MB"
    scale = 1 if total == 100 else 1024 * 1024
    text = f"{phase}  {done / scale:,.0f} / {total / scale:,.0f} {unit}"
    if seconds > 0.5 and 0 < share < 1:
        left = int(seconds * (1 - share) / share)
        text += f"  {done / scale / seconds:,.1f} {unit}/s  {left // 60}:{left % 60:02d}"
    return text


def _profile(given: str) -> profiles.Profile:
    path = Path(given)
    if given not in profiles.names() and (path.suffix == ".toml" or path.exists()):
        return profiles.load_profile_file(path)
    return profiles.load_profile(given)


def _person(email: str) -> User | None:
    if not email:
        return None
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise InvalidInput(
            _("Nobody has the e-mail address %(email)s.") % {"email": email},
            field="by",
            remedy=_("Check its spelling."),
        )
    return person


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
