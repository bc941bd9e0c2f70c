"""How well reviewers agree: over panels that settled in a period, so that nothing is told about open ones."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet

from accounts.models import User
from common.days import end_of, start_of
from engine.panel import MISSING, Kappa, estimate_kappa
from providers.admission.review.enums import PanelStatus, ReviewStatus, Settled
from providers.admission.review.models import PanelResult, Review
from providers.enums import Capability

SEED = 2022


@dataclass(frozen=True)
class Agreement:
    """`overall` pools all capabilities; `by_capability` is in their order. `thirds` of the panels needed a third."""

    panels: int
    thirds: int
    overall: Kappa
    by_capability: tuple[tuple[Capability, Kappa], ...]


@dataclass(frozen=True)
class Leniency:
    """A reviewer's mean difference to the others of the same panels, over the levels that both gave."""

    reviewer: User
    panels: int
    scores: int
    difference: float


def read_agreement(since: date, until: date) -> Agreement:
    """Agreement of the first with the second review of each panel that settled from `since` to `until`."""
    panels = _levels_by_panel(since, until)
    pairs = [(reviews[0][1], reviews[1][1]) for reviews in panels]
    shape = (len(pairs), len(Capability.values))
    first = np.array([one for one, _other in pairs], dtype=np.int64).reshape(shape)
    second = np.array([other for _one, other in pairs], dtype=np.int64).reshape(shape)
    return Agreement(
        panels=len(panels),
        thirds=_results(since, until).filter(how=Settled.THIRD).count(),
        overall=estimate_kappa(first, second, seed=SEED),
        by_capability=tuple(
            (capability, estimate_kappa(first[:, place], second[:, place], seed=SEED))
            for place, capability in enumerate(Capability)
        ),
    )


def read_leniency(since: date, until: date) -> list[Leniency]:
    """Each reviewer of the period, the mildest first."""
    differences: defaultdict[User, list[float]] = defaultdict(list)
    seen: defaultdict[User, int] = defaultdict(int)
    for reviews in _levels_by_panel(since, until):
        levels = np.array([own for _reviewer, own in reviews], dtype=np.float64)
        levels[levels == MISSING] = np.nan
        for place, (reviewer, _own) in enumerate(reviews):
            seen[reviewer] += 1
            others = np.delete(levels, place, axis=0)
            known = ~np.isnan(levels[place]) & ~np.isnan(others).all(axis=0)
            differences[reviewer] += (levels[place, known] - np.nanmean(others[:, known], axis=0)).tolist()
    found = [Leniency(one, seen[one], len(those), float(np.mean(those))) for one, those in differences.items() if those]
    return sorted(found, key=lambda one: (-one.difference, one.reviewer.pk))


def _results(since: date, until: date) -> QuerySet[PanelResult]:
    return PanelResult.objects.filter(
        panel__status=PanelStatus.SETTLED,
        created_at__gte=start_of(since),
        created_at__lt=end_of(until),
    )


def _levels_by_panel(since: date, until: date) -> list[list[tuple[User, list[int]]]]:
    """The reviewers of each settled panel with their levels, in the order in which they handed in."""
    reviews = (
        Review.objects.filter(panel__result__in=_results(since, until), status=ReviewStatus.SUBMITTED)
        .select_related("reviewer")
        .prefetch_related("scores")
        .order_by("panel_id", "finished_at", "pk")
    )
    panels: defaultdict[int, list[tuple[User, list[int]]]] = defaultdict(list)
    for review in reviews:
        panels[review.panel_id].append((review.reviewer, _levels_of(review)))
    return list(panels.values())


def _levels_of(review: Review) -> list[int]:
    levels = {score.capability: score.level for score in review.scores.all()}
    return [MISSING if levels[key] is None else int(levels[key]) for key in Capability.values]  # type: ignore[arg-type]
