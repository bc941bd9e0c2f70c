"""What the score will be as facts grow older: when no new ones come, and when the last weeks repeat."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
from django.utils.translation import gettext as _

from common.refusals import refuse
from common.templatetags.paddock import day, number
from engine.errors import EngineError
from engine.evidence import OK
from engine.model import ScoringModel
from engine.projection import Projected, project, repeat_facts
from engine.reach import farthest, first_lag, wait_of
from engine.tables import open_connection
from scoring.capabilities.arrays import Standpoint
from scoring.capabilities.peers import known
from scoring.capabilities.words import evidence_name, format_evidence, label_of
from scoring.facts.adjustment_selectors import adjustments_between
from scoring.facts.related_selectors import open_pairs
from scoring.facts.selectors import live_batches, open_relation

HORIZONS = (7, 30, 60, 90)
REPEATED_DAYS = 28
OWN = "own_facts"
MEMORY = "200MB"
WORTH_TELLING = 0.05
REASONS = 3


@dataclass(frozen=True)
class OutlookDay:
    """The score `days` after the card's day, with what makes the difference. `rank` is among the others as they stand
    now."""

    days: int
    as_of: date
    composite: float | None
    change: float | None
    level: int | None
    rank: int | None
    capabilities: tuple[float | None, ...]
    assessed: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """One assumption and the days to come under it."""

    key: str
    label: str
    days: tuple[OutlookDay, ...]


@dataclass(frozen=True)
class Outlook:
    """Both assumptions, and what falls out of the window whichever holds."""

    scenarios: tuple[Scenario, ...]
    fading: tuple[str, ...]


def look_ahead(standpoint: Standpoint) -> Outlook:
    """The outlook of one scorecard, from the facts of its provider up to the card's day as they are known now. Peers
    stay as they are. Raises DomainError when the facts cannot be read."""
    run = standpoint.card.run
    model = run.scoring_model.rule
    try:
        with own_facts(standpoint, model, run.as_of) as connection:
            quiet = ahead(standpoint, connection, OWN)
            busy = ahead(
                standpoint,
                connection,
                repeat_facts(connection, model, OWN, as_of=run.as_of, period=REPEATED_DAYS, until=HORIZONS[-1]),
            )
    except EngineError as error:
        raise refuse(error) from error
    return Outlook(
        (
            Scenario("no_facts", _("No new facts"), quiet),
            Scenario("repeat", _("The last 28 days repeat"), busy),
        ),
        say_fading(model, run.as_of),
    )


@contextmanager
def own_facts(standpoint: Standpoint, model: ScoringModel, as_of: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a table of the provider's own facts that count now, of the windows and up to the card's day."""
    first = as_of - timedelta(days=first_lag(model) + farthest(model) - 1)
    provider = standpoint.card.provider
    batches = live_batches().filter(day_from__lte=as_of, day_to__gte=first)
    related = [pair.merchant for pair in open_pairs().filter(provider=provider)]
    with open_connection(threads=1, memory_limit=MEMORY) as connection:
        open_relation(connection, [*batches, *adjustments_between(first, as_of)]).execute(
            f"CREATE TEMP TABLE {OWN} AS SELECT * FROM facts WHERE provider = ? AND day >= ? AND day <= ? "  # noqa: S608
            "AND (merchant IS NULL OR NOT list_contains(CAST(? AS VARCHAR[]), merchant))",
            [provider.code, first, as_of, related],
        )
        yield connection


def ahead(standpoint: Standpoint, connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[OutlookDay, ...]:
    """Every horizon over the facts of `relation`."""
    found = project(
        connection,
        standpoint.basis,
        standpoint.row,
        relation=relation,
        as_of=standpoint.card.run.as_of,
        horizons=HORIZONS,
    )
    return tuple(describe(standpoint, one) for one in found)


def describe(standpoint: Standpoint, ahead: Projected) -> OutlookDay:
    """One day to come beside the present one."""
    composite, before = known(ahead.scores.composite[0]), known(standpoint.now.composite[0])
    others = standpoint.basis.composite.copy()
    others[standpoint.row] = ahead.scores.composite[0]
    level = known(ahead.scores.level[0])
    return OutlookDay(
        days=ahead.days,
        as_of=ahead.as_of,
        composite=composite,
        change=None if composite is None or before is None else composite - before,
        level=None if level is None else int(level),
        rank=standpoint.rank_in(others),
        capabilities=tuple(known(score) for score in ahead.scores.capability[0]),
        assessed=int((ahead.chosen.reason[0] == OK).sum()),
        reasons=tuple(say_reasons(standpoint, ahead)),
    )


def say_reasons(standpoint: Standpoint, ahead: Projected) -> Iterator[str]:
    """What moves the score: metrics that are no longer assessed first, then those whose points change most."""
    model, now = standpoint.basis.model, standpoint.now
    assessed = ~np.isnan(now.normalised[0])
    lost = np.flatnonzero(assessed & (ahead.chosen.reason[0] != OK))
    for index in lost[:REASONS]:
        yield say_lost(model, int(index), float(ahead.chosen.evidence[0, index]))
    if len(lost) > REASONS:
        yield _("%(count)s more metrics would not be assessed.") % {"count": number(len(lost) - REASONS)}
    change = np.nan_to_num(ahead.scores.points[0]) - np.nan_to_num(now.points[0])
    kept = [index for index in np.argsort(-np.abs(change), kind="stable") if index not in lost]
    for index in kept[: REASONS - min(len(lost), REASONS)]:
        if abs(change[index]) >= WORTH_TELLING:
            yield say_changed(standpoint, ahead, int(index), float(change[index]))


def say_lost(model: ScoringModel, index: int, evidence: float) -> str:
    """A metric that runs out of evidence."""
    metric = model.metrics[index]
    return _("%(metric)s would not be assessed any more: it needs %(needed)s (%(what)s) and would have %(has)s.") % {
        "metric": label_of(metric),
        "needed": format_evidence(model, metric, metric.minimum),
        "has": format_evidence(model, metric, evidence if np.isfinite(evidence) else 0),
        "what": evidence_name(model, metric),
    }


def say_changed(standpoint: Standpoint, ahead: Projected, index: int, points: float) -> str:
    """A metric whose points change, with the evidence that it rests on."""
    model = standpoint.basis.model
    metric = model.metrics[index]
    before, after = standpoint.basis.spell.evidence[standpoint.row, index], ahead.chosen.evidence[0, index]
    words = {
        "metric": label_of(metric),
        "points": f"{'+' if points > 0 else '−'}{number(abs(points), 1)}",
        "before": format_evidence(model, metric, float(before) if np.isfinite(before) else None),
        "after": format_evidence(model, metric, float(after) if np.isfinite(after) else None),
        "what": evidence_name(model, metric),
        "days": number(int(ahead.chosen.days[0, index])),
    }
    if ahead.chosen.days[0, index] > model.days_of(metric)[0]:
        return _("%(metric)s would be judged by %(days)s days, for lack of younger data: %(points)s points.") % words
    return _("%(metric)s: %(points)s points, resting on %(after)s (%(what)s) instead of %(before)s.") % words


def say_fading(model: ScoringModel, as_of: date) -> tuple[str, ...]:
    """Which weeks leave the model's window by each horizon."""
    first = as_of - timedelta(days=first_lag(model) + model.window.days - 1)
    sentences = [
        _("By %(day)s the days from %(first)s to %(last)s leave the window of %(window)s days.")
        % {
            "day": day(as_of + timedelta(days=horizon)),
            "first": day(first),
            "last": day(first + timedelta(days=min(horizon, model.window.days) - 1)),
            "window": number(model.window.days),
        }
        for horizon in HORIZONS
    ]
    later = max(wait_of(model, metric) for metric in model.metrics)
    if later:
        sentences.append(_("Figures that still settle leave it %(days)s days later.") % {"days": number(later)})
    return tuple(sentences)
