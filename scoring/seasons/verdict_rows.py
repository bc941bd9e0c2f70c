"""Verdicts as columns for PostgreSQL's COPY: a season may write a hundred thousand."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from common.copying import INT2, INT4, INT8, Field
from scoring.seasons.settling import Draft
from scoring.seasons.verdict_models import Settlement

JSONB = b"\x01"  # the version that PostgreSQL's binary form of jsonb begins with


def verdict_fields(
    settlement: Settlement, drafts: Sequence[Draft], before: Mapping[int, tuple[str, int | None]]
) -> list[Field]:
    """The columns of a settlement's verdicts. `before` is outcome and place by provider in the superseded one."""
    earlier = [before.get(one.provider_id, (one.outcome, one.place)) for one in drafts]
    changed = list(zip(drafts, earlier, strict=True))
    return [
        Field("settlement_id", np.full(len(drafts), settlement.pk), INT8),
        Field("provider_id", np.array([one.provider_id for one in drafts], dtype=np.int64), INT8),
        Field("outcome", [one.outcome.encode() for one in drafts]),
        Field("place", numbers([one.place for one in drafts]), INT4),
        Field("score", numbers([one.score for one in drafts])),
        Field("reasons", [JSONB + json.dumps(one.reasons).encode() for one in drafts]),
        Field("last_places", np.array([one.last_places for one in drafts], dtype=np.int64), INT2),
        Field("to_ladder", [one.to_ladder.encode() for one in drafts]),
        Field("to_level", numbers([one.to_level for one in drafts]), INT2),
        Field("outcome_before", [b"" if was == one.outcome else was.encode() for one, (was, _place) in changed]),
        Field("place_before", numbers([None if at == one.place else at for one, (_was, at) in changed]), INT4),
    ]


def numbers(values: Sequence[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Numbers with NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
