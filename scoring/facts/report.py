"""What an import found, row by row: counts of everything, the first rows with column, value and reason."""

from dataclasses import asdict, dataclass, field
from typing import Any

from scoring.facts.checks import Rule, Verdict
from scoring.facts.enums import Notice
from scoring.facts.limits import EXCERPT_LENGTH, LISTED_FAULTS
from scoring.facts.profiles import TARGETS, Profile
from scoring.facts.staging import Stage
from scoring.facts.workbench import Workbench, quote_name


@dataclass(frozen=True)
class Line:
    """One entry of the report. `row` is the number of the data row in the source, from 1, the header not counted."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Findings:
    """`reasons` and `notices`: rows per reason. `lines`: the first LISTED_FAULTS faults and the first notices."""

    source_rows: int
    rejected_rows: int
    duplicate_rows: int
    reasons: dict[str, int]
    notices: dict[str, int]
    lines: tuple[Line, ...]
    new_codes: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()

    @property
    def good_rows(self) -> int:
        return self.source_rows - self.rejected_rows - self.duplicate_rows

    def as_json(self) -> dict[str, Any]:
        """For the catalogue."""
        return {
            "reasons": self.reasons,
            "notices": self.notices,
            "lines": [asdict(line) for line in self.lines],
            "new_providers": len(self.new_codes),
            "ignored_columns": list(self.ignored_columns),
            "absent_columns": list(self.absent_columns),
        }


@dataclass
class _Counts:
    reasons: dict[str, int] = field(default_factory=dict)
    faulty: int = 0
    again: int = 0
    differs: int = 0


def gather_findings(bench: Workbench, stage: Stage, profile: Profile, verdict: Verdict) -> Findings:
    """Count and list what `judge_rows` found."""
    counts = _count(bench, profile, verdict.rules)
    if stage.rejects:
        for fault, number in bench.rows("SELECT fault, count(*) FROM rejects GROUP BY fault"):
            counts.reasons[fault] = counts.reasons.get(fault, 0) + number
    lines = _list_faults(bench, stage, verdict.rules) if counts.reasons else []
    notices = {}
    if counts.again:
        notices[Notice.REPEATED_ID.value] = counts.again - counts.differs
        notices[Notice.REPEATED_ID_DIFFERS.value] = counts.differs
        lines += _list_repeats(bench, profile)
    return Findings(
        source_rows=verdict.rows + stage.rejects,
        rejected_rows=counts.faulty + stage.rejects,
        duplicate_rows=counts.again,
        reasons=dict(sorted(counts.reasons.items())),
        notices={key: number for key, number in notices.items() if number},
        lines=tuple(_with_values(bench, stage, profile, lines)),
        new_codes=verdict.new_codes,
        ignored_columns=tuple(name for name in stage.relation.header if name in profile.ignore),
        absent_columns=tuple(name for name in TARGETS if profile.same_names and name not in stage.mapping),
    )


def _count(bench: Workbench, profile: Profile, rules: tuple[Rule, ...]) -> _Counts:
    by_fault: dict[str, list[str]] = {}
    for index, rule in enumerate(rules):
        by_fault.setdefault(rule.fault.value, []).append(f"f{index}")
    if not rules and not profile.unique:
        return _Counts()
    asked = ["count_if(faulty)", "count_if(again AND NOT faulty)"]
    asked += [f"count_if({' OR '.join(flags)})" for flags in by_fault.values()]
    faulty, again, *numbers = bench.row(f"SELECT {', '.join(asked)} FROM judged")
    differs = 0
    if again:
        differs = bench.row(
            "SELECT count_if(differs) FROM again WHERE row IN (SELECT row FROM judged WHERE NOT faulty)"
        )[0]
    reasons = {fault: int(number) for fault, number in zip(by_fault, numbers, strict=True) if number}
    return _Counts(reasons, int(faulty), int(again), int(differs))


def _list_faults(bench: Workbench, stage: Stage, rules: tuple[Rule, ...]) -> list[Line]:
    found: list[Line] = []
    if rules:
        broken = ", ".join(f"CASE WHEN f{index} THEN {index} END" for index in range(len(rules)))
        rows = bench.rows(
            f"""SELECT row, rule FROM (SELECT row, unnest([{broken}]) AS rule FROM (
                SELECT * FROM judged WHERE faulty ORDER BY row LIMIT {LISTED_FAULTS}))
            WHERE rule IS NOT NULL ORDER BY row, rule LIMIT {LISTED_FAULTS}"""
        )
        found += [Line(int(row), rules[index].column, "", rules[index].fault.value) for row, index in rows]
    if stage.rejects:
        rows = bench.rows(f"SELECT row, fault FROM rejects ORDER BY row LIMIT {LISTED_FAULTS}")
        found += [Line(int(row), "", "", fault) for row, fault in rows]
    return sorted(found, key=lambda line: line.row)[:LISTED_FAULTS]


def _list_repeats(bench: Workbench, profile: Profile) -> list[Line]:
    rows = bench.rows(
        f"""SELECT row, differs FROM again WHERE row IN (SELECT row FROM judged WHERE NOT faulty)
        ORDER BY row LIMIT {LISTED_FAULTS}"""
    )
    return [
        Line(int(row), profile.unique, "", (Notice.REPEATED_ID_DIFFERS if differs else Notice.REPEATED_ID).value)
        for row, differs in rows
    ]


def _with_values(bench: Workbench, stage: Stage, profile: Profile, lines: list[Line]) -> list[Line]:
    """Put what the source says beside each line, by reading those rows once more."""
    sources = {line.column: _source_columns(stage, profile, line.column) for line in lines if line.column}
    wanted = {(line.row, name) for line in lines for name in sources.get(line.column, ())}
    if not wanted:
        return lines
    names = sorted({name for _, name in wanted})
    rows = ", ".join(str(row) for row in sorted({row for row, _ in wanted}))
    by_place = dict(bench.rows(f"SELECT place, row FROM staged WHERE row IN ({rows})"))
    texts = ", ".join(f"left({quote_name(name)}, {EXCERPT_LENGTH})" for name in names)
    found = bench.rows(
        f"""SELECT * FROM (SELECT row_number() OVER () AS place, {texts} FROM {stage.relation.sql})
        WHERE place IN ({", ".join(map(str, by_place))})"""
    )
    values = {(by_place[place], name): text for place, *cells in found for name, text in zip(names, cells, strict=True)}
    return [
        Line(line.row, line.column, _excerpt(line, sources.get(line.column, ()), values), line.reason) for line in lines
    ]


def _source_columns(stage: Stage, profile: Profile, column: str) -> tuple[str, ...]:
    if column == profile.unique:
        return (column,)
    return stage.mapping[column].columns if column in stage.mapping else ()


def _excerpt(line: Line, names: tuple[str, ...], values: dict[tuple[int, str], str | None]) -> str:
    if len(names) == 1:
        return values.get((line.row, names[0])) or ""
    return ", ".join(f"{name}={values.get((line.row, name)) or ''}" for name in names)[:EXCERPT_LENGTH]
