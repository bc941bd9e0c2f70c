"""The checks of a batch: sets, not rows. Cheap sums over all rows say which rules are broken at all; only those are
then applied row by row, inside DuckDB."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop

from engine.columns import FACT_COLUMN_NAMES
from scoring.facts.enums import Fault
from scoring.facts.limits import CODE_PATTERN, OLDEST_DAY, SUBSETS
from scoring.facts.profiles import Profile
from scoring.facts.staging import COUNTER_FAULTS, Stage
from scoring.facts.workbench import Workbench, quote_literal

CHECKING = gettext_noop("Check the rows")
KEYS = "provider, merchant, trader, day"


@dataclass(frozen=True)
class Rule:
    """A broken rule: rows of the view `staged` for which `condition` holds are at fault in `column`."""

    column: str
    fault: Fault
    condition: str


@dataclass(frozen=True)
class Registry:
    """The provider codes that a batch may name. With `register` unknown well-formed codes are new ones, not faults,
    unless they look like the portal's own (`own_pattern`)."""

    known: frozenset[str]
    own_pattern: str
    register: bool = False


@dataclass(frozen=True)
class Verdict:
    """`rules`: the broken ones. `rows`: staged rows. `new_codes`: providers to register."""

    rules: tuple[Rule, ...]
    rows: int
    new_codes: tuple[str, ...]


def judge_rows(bench: Workbench, stage: Stage, profile: Profile, registry: Registry, *, today: date) -> Verdict:
    """Find the broken rules and create the view `judged`: `staged` with one flag per rule, `faulty` and `again` (a
    repeated id)."""
    bench.report(0, 100, CHECKING)
    rows, rules = _sums(bench, today)
    if stage.relation.valid != "true":
        rules.insert(0, Rule("", Fault.NOT_JSON, "NOT sound"))
    bench.report(30, 100, CHECKING)
    code_rules, new_codes = _codes(bench, profile, registry)
    rules += code_rules
    bench.report(60, 100, CHECKING)
    if profile.unique:
        _find_repeats(bench, "again", "unit", "AND unit <> ''")
        if bench.row("SELECT count(*) FROM staged WHERE unit = ''")[0]:
            rules.append(Rule(profile.unique, Fault.MISSING_VALUE, "unit = ''"))
    if not profile.aggregate and _find_repeats(bench, "repeats", KEYS):
        rules.append(Rule("provider", Fault.REPEATED_KEY, "row IN (SELECT row FROM repeats)"))
    _create_judged(bench, rules, profile)
    bench.report(100, 100, CHECKING)
    return Verdict(tuple(rules), rows, new_codes)


def _sums(bench: Workbench, today: date) -> tuple[int, list[Rule]]:
    """One pass over all rows: counts, extremes, and whether a relation between columns is broken anywhere."""
    relations = [
        Rule(part, Fault.PART_ABOVE_WHOLE, f"{part} > {whole} AND {whole} >= 0") for part, whole in SUBSETS
    ] + [
        Rule(
            "rating_sum",
            Fault.RATING_RANGE,
            "rating_sum >= 0 AND rating_count >= 0 AND NOT rating_sum BETWEEN rating_count AND 5 * rating_count",
        )
    ]
    days = [
        Rule("day", Fault.NOT_A_DAY, "day IS NULL"),
        Rule("day", Fault.FUTURE_DAY, f"day > DATE '{today.isoformat()}'"),
        Rule("day", Fault.OLD_DAY, f"day < DATE '{OLDEST_DAY.isoformat()}'"),
    ]
    asked = [f"coalesce(bool_or({rule.condition}), false)" for rule in [*days, *relations]]
    asked += [f"min({name})" for name in FACT_COLUMN_NAMES]
    count, *found = bench.row(f"SELECT count(*), {', '.join(asked)} FROM staged")
    broken = [rule for rule, hit in zip([*days, *relations], found, strict=False) if hit]
    lowest = found[len(days) + len(relations) :]
    for name, low in zip(FACT_COLUMN_NAMES, lowest, strict=True):
        if low is not None and low < 0:
            broken += [Rule(name, fault, f"{name} = {code}") for code, fault in COUNTER_FAULTS.items()]
    return int(count), broken


def _codes(bench: Workbench, profile: Profile, registry: Registry) -> tuple[list[Rule], tuple[str, ...]]:
    """Rules about codes, judged on the distinct ones."""
    bench.run("CREATE TABLE known (code VARCHAR)")
    bench.connection.execute("INSERT INTO known SELECT unnest(?::VARCHAR[])", [sorted(registry.known)])
    rules = []
    for column in ("provider", "merchant", "trader"):
        empty = "NULL" if column in profile.may_be_empty else f"'{Fault.MISSING_VALUE}'"
        unknown = "NULL"
        if column == "provider":
            unknown = f"CASE WHEN code NOT IN (SELECT code FROM known) THEN '{Fault.UNKNOWN_PROVIDER}' END"
        bench.run(
            f"""CREATE TABLE bad_{column} AS SELECT code, fault FROM (
                SELECT code, CASE WHEN code = '' THEN {empty}
                    WHEN NOT regexp_full_match(code, '{CODE_PATTERN}') THEN '{Fault.MALFORMED_CODE}'
                    ELSE {unknown} END AS fault
                FROM (SELECT DISTINCT {column} AS code FROM staged)) WHERE fault IS NOT NULL"""
        )
    new_codes: tuple[str, ...] = ()
    if registry.register:
        welcome = (
            f"fault = '{Fault.UNKNOWN_PROVIDER}' AND NOT regexp_matches(code, {quote_literal(registry.own_pattern)})"
        )
        new_codes = tuple(row[0] for row in bench.rows(f"SELECT code FROM bad_provider WHERE {welcome} ORDER BY code"))
        bench.run(f"DELETE FROM bad_provider WHERE {welcome}")
    for column in ("provider", "merchant", "trader"):
        for (fault,) in bench.rows(f"SELECT DISTINCT fault FROM bad_{column} ORDER BY fault"):
            condition = f"{column} IN (SELECT code FROM bad_{column} WHERE fault = '{fault}')"
            rules.append(Rule(column, Fault(fault), condition))
    return rules, new_codes


def _find_repeats(bench: Workbench, table: str, key: str, condition: str = "") -> int:
    """Create `table` (row, differs): the rows whose `key` an earlier row has; how many there are.

    Hashes first: equal keys are rare, and 64 bits per row are all that must be kept."""
    bench.run(f"CREATE TABLE {table}_hashes AS SELECT hash({key}) AS h FROM staged GROUP BY h HAVING count(*) > 1")
    values = f"hash(provider, merchant, trader, day, {', '.join(FACT_COLUMN_NAMES)})"
    bench.run(
        f"""CREATE TABLE {table} AS SELECT row, value <> first AS differs FROM (
            SELECT row, {values} AS value, row_number() OVER same AS n, first_value({values}) OVER same AS first
            FROM staged WHERE hash({key}) IN (SELECT h FROM {table}_hashes) {condition}
            WINDOW same AS (PARTITION BY {key} ORDER BY row)) WHERE n > 1"""
    )
    return int(bench.row(f"SELECT count(*) FROM {table}")[0])


def _create_judged(bench: Workbench, rules: Iterable[Rule], profile: Profile) -> None:
    flags = []
    for index, rule in enumerate(rules):
        condition = rule.condition if rule.fault == Fault.NOT_JSON else f"sound AND ({rule.condition})"
        flags.append(f"coalesce({condition}, false) AS f{index}")
    again = "row IN (SELECT row FROM again)" if profile.unique else "false"
    faulty = " OR ".join(f"f{index}" for index in range(len(flags))) or "false"
    inner = ", ".join(["*", *flags, f"{again} AS again"])
    bench.run(f"CREATE VIEW judged AS SELECT *, ({faulty}) AS faulty FROM (SELECT {inner} FROM staged)")
