"""Screen: the hard filters of matching, each with the reason by which it excludes.

    screen = screen_candidates(need, candidates)
    screen.eligible            # booleans, one per row
    screen.excluded["budget"]  # booleans: excluded by this filter (a row may be excluded by several)
    screen.reasons(row)        # Reason("filter.budget", False, {"price_minor": ..., "budget_minor": ...}), ...

What is not known does not exclude: no price, no budget, no capacity given passes its filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.fit import Candidates, Need, per_row
from engine.reasons import Condition, Reason

FILTERS = (
    "status",
    "conduct",
    "documents",
    "category",
    "region",
    "budget",
    "capacity",
    "conflict_of_interest",
    "declined_before",
    "on_leave",
)


@dataclass(frozen=True)
class Screen:
    """The filters' verdict on all rows. `told` holds the columns a reason of a filter shows."""

    eligible: BoolArray
    excluded: Mapping[str, BoolArray]
    told: Mapping[str, Mapping[str, FloatArray]]

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """Why `row` is excluded: one reason per filter it fails; empty when it is eligible."""
        return tuple(
            Condition(f"filter.{name}", mask, ~mask, self.told.get(name, {})).reason(row)
            for name, mask in self.excluded.items()
            if mask[row]
        )

    def counts(self) -> dict[str, int]:
        """How many rows each filter excludes, in the order of FILTERS."""
        return {name: int(mask.sum()) for name, mask in self.excluded.items()}


def screen_candidates(need: Need, candidates: Candidates) -> Screen:
    """Judge every row by every filter. Raises EngineError for columns that do not fit together."""
    size = len(candidates)
    price, budget = candidates.floats("price_minor"), per_row("budget_minor", need.budget_minor, size)
    spare, rooms = candidates.floats("spare_rooms"), per_row("rooms", need.rooms, size)
    excluded = {
        "status": ~candidates.flags("admitted", default=True),
        "conduct": ~candidates.flags("conduct_clear", default=True),
        "documents": ~candidates.flags("documents_valid", default=True),
        "category": ~candidates.flags("serves_category", default=True),
        "region": ~candidates.flags("serves_region", default=True),
        "budget": price > budget,
        "capacity": spare < rooms,
        "conflict_of_interest": candidates.flags("conflict_of_interest", default=False),
        "declined_before": candidates.flags("declined_before", default=False),
        "on_leave": candidates.flags("on_leave", default=False),
    }
    eligible = ~np.logical_or.reduce(list(excluded.values()))
    told = {
        "budget": {"price_minor": price, "budget_minor": budget},
        "capacity": {"spare": spare, "rooms": rooms},
    }
    return Screen(eligible, excluded, told)
