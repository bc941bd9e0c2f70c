"""Command line of matching: `python -m engine match`."""

import argparse
from pathlib import Path
from typing import Any

from engine.cli_files import check_outputs
from engine.errors import EngineError
from engine.match import MODES, run_match
from engine.match_rules import MatchRules, parse_match_rules
from engine.match_tables import read_match_tables
from engine.tables import read_table, write_table

DESCRIPTION = """\
Match all requests at once: by min-cost flow to the greatest total utility, or by deferred acceptance where both sides
rank the other.

requests    one row each: request; optional budget_minor, rooms, need_<capability> (how much it matters).
candidates  one row per pair that may be matched: request, provider; for the flow either fit (0 to 1), or features from
            which fit is measured: capability_<name> (lower bound, 0 to 100, empty: not assessed), stage_engagements,
            category_engagements, category_kept, spare_rooms, room_capacity, invitations, answered, price_minor;
            for acceptance request_rank (else by fit) and provider_rank, 1 is the most liked, empty: not ranked;
            filters, all optional: admitted, conduct_clear, documents_valid, serves_category, serves_region,
            conflict_of_interest, declined_before, on_leave.
providers   optional, one row each: provider, capacity; optional load, newcomer and every column that is the same for
            all its pairs. Without this table the candidates have these columns.
Tables are CSV, CSV in gzip, Parquet or JSON lines, by suffix. The rules file and the formulas are described in
docs/matching.md."""
EPILOG = """\
output: request, provider (empty: unmatched), fit or the two ranks; with --reasons one row per reason: request,
  provider, kind (for, against, why_not, filter), code and params. Totals are printed.
example: python -m engine match --requests requests.csv --candidates candidates.csv --out assignment.csv
exit codes: 0 done, 2 bad input."""


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the subcommand `match`."""
    parser = subparsers.add_parser(
        "match",
        help="match requests to providers",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--requests", required=True, metavar="FILE", help="the requests")
    parser.add_argument("--candidates", required=True, metavar="FILE", help="the pairs that may be matched")
    parser.add_argument("--providers", metavar="FILE", help="the providers with their capacity")
    parser.add_argument("--rules", metavar="RULES.toml", help="weights, tiers of load and the newcomers' reserve")
    parser.add_argument("--mode", choices=MODES, default="flow", help="flow (default) or acceptance")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the assignment goes")
    parser.add_argument("--reasons", metavar="FILE", help="where the reasons go")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Match as asked. Returns the exit code; raises EngineError for bad input."""
    check_outputs(
        [arguments.out, arguments.reasons],
        inputs=[arguments.rules, arguments.requests, arguments.candidates, arguments.providers],
    )
    rules = parse_match_rules(read_rules(arguments.rules)) if arguments.rules else MatchRules()
    tables = read_match_tables(
        read_table(arguments.requests),
        read_table(arguments.candidates),
        read_table(arguments.providers) if arguments.providers else None,
    )
    result = run_match(rules, tables, mode=arguments.mode)
    write_table(arguments.out, result.assignment)
    if arguments.reasons:
        write_table(arguments.reasons, result.reasons)
    print(result.summary)
    return 0


def read_rules(path: str) -> str:
    """The text of a rules file."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            "no_rules",
            "The rules file %(path)s cannot be read.",
            field="--rules",
            remedy="Check the path; the file is TOML in UTF-8.",
            params={"path": path},
        ) from error
