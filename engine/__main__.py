"""`python -m engine`: scoring, racing and matching on plain files."""

import argparse
import sys
from collections.abc import Callable, Sequence

from engine import cli_match, cli_race, cli_score
from engine.errors import EngineError


def build_parser() -> argparse.ArgumentParser:
    """The command line with one subcommand per room; each sets `func(arguments) -> exit code`."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Score, race and match from plain files: CSV, CSV in gzip, Parquet or JSON lines, by suffix.",
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in (cli_score, cli_race, cli_match):
        room.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. 0 done, 1 a --strict comparison failed, 2 bad input (one sentence on stderr)."""
    arguments = build_parser().parse_args(argv)
    func: Callable[[argparse.Namespace], int] = arguments.func
    try:
        return func(arguments)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
