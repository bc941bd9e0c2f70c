"""Command line of scoring: `python -m engine score`."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cli_files import check_outputs
from engine.compile import run_sums
from engine.draws import run_draws
from engine.errors import EngineError
from engine.inputs import Inputs, inputs_from_sums, inputs_from_table
from engine.intervals import Intervals, bootstrap_intervals, interval_table
from engine.ledger import ledger_table, scorecard_table, scores_digest
from engine.model import ScoringModel
from engine.model_toml import load_model, model_digest
from engine.scoring import Scores, score
from engine.tables import Table, load_table, open_connection, read_table, write_table

DESCRIPTION = """\
Score a table by a model and write one row per subject.

A model with source = "table" takes a table with one row per subject. A model with source = "facts" takes rows of
provider, day, merchant and additive columns, and needs --as-of. Tables are CSV, CSV in gzip, Parquet or JSON lines, by
suffix. The model file and every step are described in docs/scoring.md."""
EPILOG = """\
example: python -m engine score --model engine/models/hdi_2022.toml --table countries.csv --out scores.csv
exit codes: 0 done, 1 with --strict when a compared value differs, 2 bad input."""


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add the subcommand `score`."""
    parser = subparsers.add_parser(
        "score",
        help="score subjects by a model",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", required=True, metavar="MODEL.toml", help="the scoring model")
    parser.add_argument("--table", required=True, metavar="FILE", help="the table or the facts to score")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the scores go")
    parser.add_argument("--ledger", metavar="FILE", help="where every step of every metric goes")
    parser.add_argument("--as-of", metavar="DAY", help="facts: the day of scoring, as 2026-03-31")
    parser.add_argument("--subjects", metavar="FILE", help="facts: provider and columns for peer groups and gates")
    parser.add_argument("--intervals", action="store_true", help="facts: add the model's bootstrap intervals")
    parser.add_argument("--compare", metavar="COLUMN", help="tables: count where the composite equals this column")
    parser.add_argument("--strict", action="store_true", help="with --compare: exit 1 when any value differs")
    parser.set_defaults(func=run_score)


def run_score(arguments: argparse.Namespace) -> int:
    """Score as asked. Returns the exit code; raises EngineError for bad input, before anything is written."""
    check_outputs([arguments.out, arguments.ledger], inputs=[arguments.model, arguments.table, arguments.subjects])
    model = load_model(read_text(arguments.model))
    table = read_table(
        arguments.table, text=("provider", "merchant", "trader") if model.source == "facts" else model.subject
    )
    inputs, intervals = facts_inputs(model, table, arguments) if model.source == "facts" else (None, None)
    if inputs is None:
        inputs = inputs_from_table(model, table)
    published = published_column(arguments.compare, inputs, table) if arguments.compare else None
    scores = score(model, inputs)
    cards = scorecard_table(scores)
    if intervals is not None:
        cards.update(interval_table(model, intervals))
    write_table(arguments.out, in_given_order(cards, inputs))
    if arguments.ledger:
        write_table(arguments.ledger, ledger_table(scores))
    print(summary(scores))
    return 0 if published is None else compare(in_given_order(cards, inputs)["composite"], published, arguments.strict)


def read_text(path: str) -> str:
    """The text of a model file."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            "no_model",
            "The model file %(path)s cannot be read.",
            field="--model",
            remedy="Check the path; the file is TOML in UTF-8.",
            params={"path": path},
        ) from error


def facts_inputs(model: ScoringModel, table: Table, arguments: argparse.Namespace) -> tuple[Inputs, Intervals | None]:
    """Inputs of a facts table, with the extras of --subjects, and intervals when asked."""
    as_of = read_day(arguments.as_of)
    extras = read_extras(model, arguments.subjects)
    with open_connection() as connection:
        load_table(connection, "facts_table", table)
        sums = run_sums(connection, model, as_of=as_of, relation="facts_table")
        draws = run_draws(connection, sums, relation="facts_table") if arguments.intervals else None
    inputs = inputs_from_sums(model, sums, extras)
    return inputs, bootstrap_intervals(model, sums, inputs, draws) if arguments.intervals else None


def read_day(text: str | None) -> date:
    """The day of --as-of."""
    try:
        return date.fromisoformat(text or "")
    except ValueError as error:
        raise EngineError(
            "no_day", "Facts are scored as of a day.", field="--as-of", remedy="Give it as 2026-03-31."
        ) from error


def read_extras(model: ScoringModel, path: str | None) -> dict[str, dict[str, object]]:
    """Columns for peer groups and gates by provider."""
    wanted = list(dict.fromkeys([*model.peers.columns, *model.extras]))
    if not wanted:
        return {}
    if path is None:
        raise EngineError(
            "no_subjects",
            "The model needs the columns %(columns)s of each provider.",
            field="--subjects",
            remedy="Give a table with provider and these columns.",
            params={"columns": ", ".join(wanted)},
        )
    table = read_table(path, text=("provider",))
    if missing := [name for name in ["provider", *wanted] if name not in table]:
        raise EngineError(
            "missing_columns",
            "The table lacks the columns %(columns)s.",
            field="--subjects",
            remedy="Add them.",
            params={"columns": ", ".join(missing)},
        )
    providers = [str(provider) for provider in table["provider"]]
    return {name: dict(zip(providers, table[name].tolist(), strict=True)) for name in wanted}


def in_given_order(cards: Table, inputs: Inputs) -> Table:
    """Rows in the order of the input table."""
    return cards if inputs.order is None else {name: column[inputs.order] for name, column in cards.items()}


def summary(scores: Scores) -> str:
    """One line on what was done."""
    assessed = int((~np.isnan(scores.composite)).sum())
    left = len(scores.subjects) - assessed
    return (
        f"{scores.model.key} {scores.model.version}: {assessed} assessed, {left} not assessed; "
        f"model {model_digest(scores.model)[:12]}, result {scores_digest(scores)[:12]}"
    )


def published_column(name: str, inputs: Inputs, table: Table) -> NDArray[np.float64]:
    """The column of --compare."""
    if inputs.order is None or name not in table or table[name].dtype.kind not in "iuf":
        raise EngineError(
            "no_comparison",
            "There is no column of numbers '%(name)s' to compare with.",
            field="--compare",
            remedy="Name a numeric column of a table with one row per subject.",
            params={"name": name},
        )
    return table[name].astype(np.float64)


def compare(ours: NDArray[np.float64], published: NDArray[np.float64], strict: bool) -> int:
    """Print how often the composite equals what was published; 1 when it does not and `strict` is asked for."""
    both = ~np.isnan(published) & ~np.isnan(ours)
    equal = both & (np.abs(published - ours) <= 1e-9)
    figures = {
        "equal": int(equal.sum()),
        "unequal": int((both & ~equal).sum()),
        "not assessed": int((np.isnan(published) & np.isnan(ours)).sum()),
        "published but not assessed": int((~np.isnan(published) & np.isnan(ours)).sum()),
        "assessed but not published": int((np.isnan(published) & ~np.isnan(ours)).sum()),
    }
    print("; ".join(f"{what}: {count}" for what, count in figures.items()))
    exact = int((equal | (np.isnan(published) & np.isnan(ours))).sum()) == len(ours)
    return 1 if strict and not exact else 0
