"""Sharing out a whole number in whole numbers."""

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError

Ints = NDArray[np.int64]


def allocate(total: int, weights: Ints) -> Ints:
    """`total` shared out in proportion to `weights`: whole numbers that sum to it exactly, each within one of its exact
    share, the largest remainders first and of equal ones the earlier. Equal parts when all weights are 0.

    Raises EngineError `nothing_to_share_among`, `negative_weight`.
    """
    if not len(weights):
        raise EngineError(
            "nothing_to_share_among", "There is nothing to share the number among.", remedy="Give at least one weight."
        )
    if (weights < 0).any():
        raise EngineError("negative_weight", "A weight is below zero.", remedy="Give weights of 0 and more.")
    parts = [int(weight) for weight in weights] if weights.any() else [1] * len(weights)
    whole, amount = sum(parts), abs(int(total))
    # Python's integers: a product of two counters may not fit into 64 bits.
    shares = [amount * part // whole for part in parts]
    rests = [amount * part % whole for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (-rests[place], place))
    for place in order[: amount - sum(shares)]:
        shares[place] += 1
    return np.array(shares, dtype=np.int64) * (1 if total >= 0 else -1)
