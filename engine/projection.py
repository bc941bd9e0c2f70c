"""What comes of a score as facts grow older: one subject's facts summed and scored again as of later days.

The peers stay as they are. Sums are the engine's own, over facts that either end on the as-of day or go on by repeating
the last settled days. A later day is looked at by moving the facts back instead, which makes one statement of all days.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb
import numpy as np
from numpy.typing import NDArray

from engine.compile import run_sums
from engine.evidence import Chosen, choose_window
from engine.inputs import Inputs, Spell, inputs_from_sums
from engine.model import ScoringModel
from engine.scoring import Scores
from engine.tables import quote_name
from engine.what_if import Basis, aggregate, narrow, renormalise

Floats = NDArray[np.float64]
REPEATED = "repeated_facts"
MOVED = "moved_facts"


@dataclass(frozen=True)
class Projected:
    """The subject as of `as_of`, `days` later: its scores (one row) and what they rest on (one row)."""

    days: int
    as_of: date
    scores: Scores
    chosen: Chosen
    merchants: Floats


def repeat_facts(
    connection: duckdb.DuckDBPyConnection, model: ScoringModel, relation: str, *, as_of: date, period: int, until: int
) -> str:
    """A table of the facts of `relation` that go on for `until` days after `as_of`, the last `period` settled days over
    and over; gives its name. What is known but not settled stays as it is."""
    lag = model.window.settlement_lag
    source, last = quote_name(relation), as_of - timedelta(days=lag)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {REPEATED} AS SELECT * FROM {source} UNION ALL "  # noqa: S608 - quoted name
        f"SELECT facts.* REPLACE (facts.day + CAST($lag + $period * times.count AS INTEGER) AS day) "
        f"FROM {source} AS facts, range(1, $times) AS times(count) WHERE facts.day > $first AND facts.day <= $last",
        {
            "lag": lag,
            "period": period,
            "times": -(-until // period) + 1,
            "first": last - timedelta(days=period),
            "last": last,
        },
    )
    return REPEATED


def project(
    connection: duckdb.DuckDBPyConnection,
    basis: Basis,
    row: int,
    *,
    relation: str,
    as_of: date,
    horizons: Sequence[int],
) -> list[Projected]:
    """Score the subject as of each of `horizons` days after `as_of`. `relation` is a table or view of `connection` with
    its facts alone; `basis` needs to hold no more than its peer group."""
    move_facts(connection, relation, horizons)
    sums = run_sums(connection, basis.model, as_of=as_of, relation=MOVED)
    inputs = inputs_from_sums(basis.model, sums) if len(sums.subjects) else None
    places = {str(subject): index for index, subject in enumerate(sums.subjects)}
    found = []
    for days in horizons:
        index = places.get(name_of(days))
        own = nothing(basis) if inputs is None or index is None else take_row(inputs, index)
        found.append(place_row(basis, row, own, days, as_of + timedelta(days=days)))
    return found


def move_facts(connection: duckdb.DuckDBPyConnection, relation: str, horizons: Sequence[int]) -> None:
    """A table with the facts once per horizon, moved back by so many days, under the horizon's name."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {MOVED} AS SELECT facts.* REPLACE "  # noqa: S608 - quoted name
        "(ahead.name AS provider, facts.day - CAST(ahead.days AS INTEGER) AS day) "
        f"FROM {quote_name(relation)} AS facts, (SELECT unnest($days) AS days, unnest($names) AS name) AS ahead",
        {"days": list(horizons), "names": [name_of(days) for days in horizons]},
    )


def name_of(days: int) -> str:
    """A horizon as the name of a subject."""
    return f"{days:05d}"


def take_row(inputs: Inputs, index: int) -> Inputs:
    """One subject's inputs."""
    pick = slice(index, index + 1)

    def cut(spell: Spell) -> Spell:
        return Spell(spell.numerator[pick], spell.denominator[pick], spell.evidence[pick], spell.merchants[pick])

    noise = None if inputs.noise is None else (inputs.noise[0][pick], inputs.noise[1][pick])
    return Inputs(inputs.subjects[pick], cut(inputs.near), cut(inputs.wide), {}, noise)


def nothing(basis: Basis) -> Inputs:
    """The inputs of a subject without a fact in any window."""
    shape = (1, len(basis.model.metrics))
    spell = Spell(np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape))
    return Inputs(np.array([""], dtype=object), spell, spell, {}, (np.zeros(shape), np.zeros(shape)))


def place_row(basis: Basis, row: int, own: Inputs, days: int, as_of: date) -> Projected:
    """The subject with these inputs among its peers as they are."""
    chosen = choose_window(basis.model, own)
    near = np.array([basis.model.days_of(metric)[0] for metric in basis.model.metrics])
    merchants = np.where(chosen.days == near, own.near.merchants, own.wide.merchants)
    later = with_row(basis, row, chosen, merchants, own.noise)
    points = renormalise(later, range(len(basis.model.metrics)))
    alone = np.array([row])
    return Projected(days, as_of, aggregate(narrow(later, alone), points[alone]), chosen, merchants)


def with_row(basis: Basis, row: int, chosen: Chosen, merchants: Floats, noise: tuple[Floats, Floats] | None) -> Basis:
    """The basis with one subject's row taken from elsewhere."""

    def put(array: Floats, own: Floats) -> Floats:
        changed = array.copy()
        changed[row] = own[0]
        return changed

    spell = Spell(
        put(basis.spell.numerator, chosen.numerator),
        put(basis.spell.denominator, chosen.denominator),
        put(basis.spell.evidence, chosen.evidence),
        put(basis.spell.merchants, merchants),
    )
    changed = None
    if basis.noise is not None and noise is not None:
        changed = put(basis.noise[0], noise[0]), put(basis.noise[1], noise[1])
    return replace(basis, spell=spell, noise=changed)
