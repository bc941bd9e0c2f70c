"""What a trial found on one run, before it is stored."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lab import Moves, Side
from scoring.lab.reading import Field

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What a trial found on one run, before it is stored; arrays follow the field."""

    field: Field
    size: NDArray[np.object_]
    before: Side
    after: Side
    moves: Moves
    level_kept: Floats
    top_kept: Floats
    place_lower: Floats
    place_upper: Floats
    level_kept_noise: Floats
    summary: dict[str, Any]
    result_digest: str
