"""The arrays of a finished run, wherever they come from, and one scorecard's place in them."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from common.exceptions import Conflict
from engine.intervals import rank_within
from engine.scoring import Scores
from engine.what_if import Basis, aggregate, narrow
from scoring.capabilities.array_files import RunArrays, arrays_from, keep_arrays, path_of, read_arrays
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.capabilities.replay import recompute_run

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Standpoint:
    """One scorecard among its peers: the basis of its peer group, its `row` there, and its own scores `now` (one row).
    `ranked` says who of the group is, and `others` are the composites of the ranked in other groups."""

    card: Scorecard
    basis: Basis
    row: int
    now: Scores
    ranked: NDArray[np.bool_]
    others: NDArray[np.float64]

    def rank_in(self, composite: NDArray[np.float64]) -> int | None:
        """The overall rank when the group has these composites; None for whoever is not ranked."""
        if not self.ranked[self.row] or np.isnan(composite[self.row]):
            return None
        everybody = np.concatenate([np.where(self.ranked, composite, np.nan), self.others])
        return int(rank_within(everybody, np.zeros(len(everybody), dtype=np.int64))[self.row])

    def place_in(self, composite: NDArray[np.float64]) -> int | None:
        """The place within the peer group."""
        place = rank_within(composite, np.zeros(len(composite), dtype=np.int64))[self.row]
        return None if np.isnan(place) else int(place)


def arrays_of(run: ScoreRun) -> RunArrays:
    """The run's arrays; computed again and kept when their file is gone. Raises Conflict when the run is not finished,
    or when it cannot be computed again as it was."""
    if not run.result_digest:
        raise Conflict(_("This run has no results."), remedy=_("Choose a finished run."), code="run_not_done")
    path = path_of(run.input_digest, run.result_digest)
    found = read_arrays(path, run.scoring_model.rule)
    if found is None:
        found = arrays_from(recompute_run(run))
        check_same(run, found)
        keep_arrays(path, found)
    return found


def check_same(run: ScoreRun, arrays: RunArrays) -> None:
    """Refuse arrays whose composites are not those of the run's scorecards."""
    stored = dict(run.scorecards.values_list("provider_id", "composite"))
    kept = np.array([stored.get(int(pk)) for pk in arrays.provider_ids], dtype=np.float64)
    if not np.allclose(kept, arrays.basis.composite, rtol=0, atol=TOLERANCE, equal_nan=True):
        raise Conflict(
            _("This run cannot be computed again as it was, so nothing can be tried on it."),
            remedy=_("Choose a newer run."),
            code="run_not_repeatable",
        )


def standpoint_of(card: Scorecard) -> Standpoint | None:
    """The card among its peers; None for a provider whom the run's facts do not name."""
    arrays = arrays_of(card.run)
    found = np.flatnonzero(arrays.provider_ids == card.provider_id)
    if not len(found):
        return None
    row = int(found[0])
    peers = arrays.basis.groups.number == arrays.basis.groups.number[row]
    rows = np.flatnonzero(peers)
    basis = narrow(arrays.basis, rows)
    own = np.searchsorted(rows, [row])
    away = ~peers & ~arrays.external
    return Standpoint(
        card=card,
        basis=basis,
        row=int(own[0]),
        now=aggregate(narrow(basis, own), basis.points[own]),
        ranked=~arrays.external[rows],
        others=arrays.basis.composite[away],
    )
