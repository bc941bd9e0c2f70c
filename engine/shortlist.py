"""Shortlist: the three to five candidates a merchant sees, and the reasons for and against each.

    best = pick_top(fit, screen.eligible, limit=50)                       # row indices, best first
    shortlist = choose_shortlist(fit, screen.eligible, newcomer, size=5)  # .rows, .seats ("fit" or "newcomer"), .short
    pros, cons = reasons_for_and_against(fit, row)                        # tuples of Reason, the weightiest first
    explain_absence(fit, screen, shortlist, row)                          # why a row is not on the list

Codes of reasons: a component's name (`capability`, `stage_experience`, `category_record`, `trader_load`,
`response_record`, `price`) and, after a dot, `strong`, `weak`, `weakest` (nothing is weak: the part that costs most)
or `not_assessed`. Params: `value` 0-1 (None: not assessed), `weight`, `contribution`, for a capability its name as
`capability`, and the evidence: `points` and `need`; `engagements`; `kept`; `spare` and `capacity`; `answered` and
`invitations`; `price_minor` and `budget_minor`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.arrays import BoolArray, FloatArray, IntArray, as_flags
from engine.errors import EngineError
from engine.fit import NEUTRAL, Fit
from engine.reasons import Param, Reason, pick
from engine.screen import Screen

DECIMALS = 9  # fit is compared at this precision, so that float noise never decides a seat


@dataclass(frozen=True)
class Shortlist:
    """Rows in the order they are shown, best fit first; `seats[i]` says by what right row i is there. `short`: fewer
    than three were eligible."""

    rows: IntArray
    seats: tuple[str, ...]
    short: bool


def pick_top(fit: Fit, eligible: BoolArray, *, limit: int = 50) -> IntArray:
    """The `limit` eligible rows of highest fit, best first; equal fit is ordered by provider."""
    rows = np.flatnonzero(eligible)
    total = np.round(fit.total[rows], DECIMALS)
    if len(rows) > limit:
        # Everybody who ties with the last seat stays in, so that the provider's name and not the partition decides.
        bar = np.partition(total, len(rows) - limit)[len(rows) - limit]
        rows, total = rows[total >= bar], total[total >= bar]
    ordered = np.lexsort((fit.provider[rows], -total))[:limit]
    return rows[ordered].astype(np.int64)


def choose_shortlist(
    fit: Fit, eligible: BoolArray, newcomer: ArrayLike | None = None, *, size: int = 5, newcomer_seats: int = 1
) -> Shortlist:
    """The best `size` eligible rows (3 to 5), of which at least `newcomer_seats` are newcomers where as many are
    eligible: the best newcomers take the last seats. Raises EngineError for a size outside 3-5 or more newcomers'
    seats than seats."""
    if not 3 <= size <= 5 or not 0 <= newcomer_seats <= size:
        raise EngineError(
            "bad_shortlist_size",
            "A shortlist of %(size)s with %(seats)s newcomers' seats is not possible.",
            field="size",
            remedy="Ask for 3 to 5 candidates and no more newcomers' seats than that.",
            params={"size": size, "seats": newcomer_seats},
        )
    new = as_flags("newcomer", newcomer, len(eligible))
    best = pick_top(fit, eligible, limit=size).tolist()
    due = max(newcomer_seats - int(new[best].sum()), 0)
    reserve = [row for row in pick_top(fit, eligible & new, limit=size).tolist() if row not in best][:due]
    given_up = [row for row in reversed(best) if not new[row]][: len(reserve)]
    # A newcomer below somebody who gave up a seat holds a newcomers' seat, even one who came in by fit.
    bar = best.index(given_up[-1]) if given_up else len(best)
    by_fit = best[:bar]
    rows = by_fit + [row for row in best[bar:] if row not in given_up] + reserve
    seats = ("fit",) * len(by_fit) + ("newcomer",) * (len(rows) - len(by_fit))
    return Shortlist(np.array(rows, dtype=np.int64), seats, short=len(rows) < 3)


def reasons_for_and_against(fit: Fit, row: int, *, limit: int = 3) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """At most `limit` reasons for and `limit` against, by the points they win over or lose to a neutral half. What is
    not assessed comes after the weak. When nothing speaks against, the part that costs most does (`weakest`); parts
    without weight are left out."""
    gains = {
        name: float(fit.weights[name][row] * (fit.values[name][row] - NEUTRAL))
        for name in fit.contributions
        if fit.weights[name][row] > 0
    }
    strong = sorted((n for n in gains if gains[n] >= 0 and fit.values[n][row] > 0), key=lambda n: (-gains[n], n))
    weak = sorted((n for n in gains if gains[n] < 0), key=lambda n: (gains[n], n))
    unknown = sorted((n for n in gains if np.isnan(gains[n])), key=lambda n: (-float(fit.weights[n][row]), n))
    pros = tuple(_reason(fit, name, row, "strong") for name in strong)
    cons = tuple(_reason(fit, name, row, "weak") for name in weak)
    cons += tuple(_reason(fit, name, row, "not_assessed") for name in unknown)
    if not cons and strong:
        costs = {name: float(fit.weights[name][row] * (1 - fit.values[name][row])) for name in strong}
        worst = min(strong, key=lambda n: (-costs[n], n))
        if costs[worst] > 0:
            cons = (_reason(fit, worst, row, "weakest"),)
            pros = tuple(reason for name, reason in zip(strong, pros, strict=True) if name != worst) or pros
    return pros[:limit], cons[:limit]


def explain_absence(fit: Fit, screen: Screen, shortlist: Shortlist, row: int) -> tuple[Reason, ...]:
    """Why `row` is not on the shortlist: the filters it fails, or the fit it lacks to the last seat; empty when it is
    on it."""
    if row in shortlist.rows:
        return ()
    if not screen.eligible[row]:
        return screen.reasons(row)
    by_fit = [r for r, seat in zip(shortlist.rows.tolist(), shortlist.seats, strict=True) if seat == "fit"]
    last = float(fit.total[by_fit[-1]]) if by_fit else 0.0
    own = float(fit.total[row])
    position = int((np.round(fit.total[screen.eligible], DECIMALS) > round(own, DECIMALS)).sum()) + 1
    params: dict[str, Param] = {"fit": own, "last_fit": last, "missing": max(last - own, 0.0), "position": position}
    ahead = own > last or (own == last and "newcomer" in shortlist.seats)
    return (Reason("shortlist.newcomer_seat" if ahead else "shortlist.fit", False, params),)


def _reason(fit: Fit, name: str, row: int, kind: str) -> Reason:
    component, _, capability = name.partition(":")
    params: dict[str, Param] = {"capability": capability} if capability else {}
    params |= {
        "value": pick(fit.values[name], row),
        "weight": pick(fit.weights[name], row),
        "contribution": pick(fit.contributions[name], row),
    }
    told: dict[str, FloatArray] = dict(fit.evidence[name])
    params |= {key: pick(column, row) for key, column in told.items()}
    return Reason(f"{component}.{kind}", kind == "strong", params)
