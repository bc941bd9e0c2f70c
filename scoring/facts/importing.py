"""One import from file to finished Parquet, outside the database: open, stage, judge, report, write."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scoring.facts.checks import Registry, judge_rows
from scoring.facts.enums import Fault, FileKind
from scoring.facts.profiles import Profile
from scoring.facts.reading import open_relation_of
from scoring.facts.refusals import Refusal
from scoring.facts.report import Findings, gather_findings
from scoring.facts.sources import Report, Source
from scoring.facts.staging import stage_rows
from scoring.facts.workbench import open_workbench
from scoring.facts.writing import Written, write_facts


@dataclass(frozen=True)
class Outcome:
    """`refusal`: why nothing may be taken; `written` is then None."""

    findings: Findings | None = None
    written: Written | None = None
    refusal: Refusal | None = None


def examine(
    source: Source,
    *,
    original: Path,
    profile: Profile,
    registry: Registry,
    skip_bad_rows: bool,
    today: date,
    folder: Path,
    report: Report,
) -> Outcome:
    """Check the whole file and, when it may be taken, write its facts into `folder`. Never raises for a bad file;
    raises Refusal for a full disk or too little memory, and whatever `report` raises to stop the work."""
    here = folder / f"source.{source.kind}"
    here.symlink_to(source.path.resolve())
    findings: Findings | None = None
    with open_workbench(folder=folder, files=[here], report=report) as bench:
        try:
            relation = open_relation_of(bench, replace(source, path=here))
            stage = stage_rows(bench, relation, profile, folder=folder)
            verdict = judge_rows(bench, stage, profile, registry, today=today)
            findings = gather_findings(bench, stage, profile, verdict)
            source.check_unchanged(original)
            refusal = refuse_findings(findings, source, skip_bad_rows=skip_bad_rows)
            if refusal is not None:
                return Outcome(findings, refusal=refusal)
            return Outcome(findings, write_facts(bench, profile, folder=folder))
        except Refusal as refusal:
            return Outcome(findings, refusal=refusal)


def refuse_findings(findings: Findings, source: Source, *, skip_bad_rows: bool) -> Refusal | None:
    """The refusal that the findings call for, None when the good rows may be taken.

    After a broken quote nobody can say where the next row begins, so that such a file is never taken in part."""
    broken = {Fault.BROKEN_QUOTES.value, Fault.ROW_TOO_LONG.value} & set(findings.reasons)
    header = 1 if source.kind == FileKind.CSV else 0
    miscounted = source.lines is not None and source.lines != findings.source_rows + header
    if (miscounted and not broken) or (broken and skip_bad_rows):
        return Refusal("csv_malformed")
    if findings.source_rows == 0:
        return Refusal("no_rows")
    if findings.rejected_rows and not skip_bad_rows:
        return Refusal("rows_rejected", count=findings.rejected_rows, rows=findings.source_rows)
    return Refusal("nothing_left") if findings.good_rows == 0 else None
