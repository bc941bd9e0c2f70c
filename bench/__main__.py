"""`python -m bench [name ...] [--rows N]`: run the named benches, or all of them."""

import argparse
import importlib
import os
from pathlib import Path

import django

from bench.tables import write_result

SKIP = {"__main__", "__init__", "tables", "measure", "generate", "world", "rivals", "plot", "racing_page"}


def names() -> list[str]:
    """Every bench: a module of this folder with a function `run(rows) -> Result`."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in SKIP)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(names())} (default: all)")
    parser.add_argument("--rows", type=int, default=None, help="how many facts to generate (default: the bench's own)")
    given = parser.parse_args()
    unknown = set(given.names) - set(names())
    if unknown:
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for name in given.names or names():
        write_result(importlib.import_module(f"bench.{name}").run(given.rows))


if __name__ == "__main__":
    main()
