"""Command line of racing: `python -m engine race`."""

import argparse
from pathlib import Path
from typing import Any

from engine.cli_files import check_outputs
from engine.errors import EngineError
from engine.race import list_moves, run_race
from engine.race_rules import parse_race_rules
from engine.tables import read_table, write_table

DESCRIPTION = """\
Rank the subjects of a table, track by track, and settle the season by the rules.

kind = "scores": one row per subject and track.
  needed    subject, score
  optional  track, lower, upper, se, evidence, previous_place, banned, days_admitted, promoted_last_season,
            decisive_dispute, last_places, promotion_odds, and every column that the order, floors,
            requirements or duties of the rules name. An empty score is "not ranked".
kind = "results": one row per match.
  needed    home, away, home_goals, away_goals (both empty: not played)
  optional  division
The rules may name the table's own columns under [columns]. Tables are CSV, CSV in gzip, Parquet or JSON lines, by
suffix. The rules file and every column of the output are described in docs/racing.md."""
EPILOG = """\
output: track, place (empty: not ranked), subject, score, the keys, previous_place, movement (+ is up), decided_by,
  to_promotion, above_relegation, outcome; with --moves one row per subject and condition: condition, met,
  deciding and params.
example: python -m engine race --rules engine/models/league.toml --table results.csv --out table.csv
exit codes: 0 done, 2 bad input."""


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the subcommand `race`."""
    parser = subparsers.add_parser(
        "race",
        help="rank subjects and settle a season",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rules", required=True, metavar="RULES.toml", help="the rules of the race")
    parser.add_argument("--table", required=True, metavar="FILE", help="scores or match results")
    parser.add_argument("--out", required=True, metavar="FILE", help="where places and outcomes go")
    parser.add_argument("--moves", metavar="FILE", help="where the reasons of every outcome go")
    parser.add_argument("--deductions", metavar="FILE", help="results: subject, points taken off, perhaps division")
    parser.add_argument("--previous", metavar="FILE", help="an earlier output, for previous_place and movement")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Race as asked. Returns the exit code; raises EngineError for bad input."""
    check_outputs(
        [arguments.out, arguments.moves],
        inputs=[arguments.rules, arguments.table, arguments.deductions],  # the previous board may be brought up to date
    )
    rules = parse_race_rules(read_rules(arguments.rules))
    if arguments.moves and rules.settlement is None:
        raise EngineError(
            "nothing_settled",
            "The rules settle nothing, so there are no moves.",
            field="--moves",
            remedy="Add a [settlement] table to the rules, or leave --moves out.",
        )
    result = run_race(
        rules,
        read_table(arguments.table),
        deductions=read_table(arguments.deductions) if arguments.deductions else None,
        previous=read_table(arguments.previous) if arguments.previous else None,
    )
    write_table(arguments.out, result.places)
    if arguments.moves and result.settlement is not None:
        write_table(arguments.moves, list_moves(result.settlement))
    print(result.summary())
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
