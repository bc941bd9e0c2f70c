"""What a probation contract asks for when nobody chose otherwise."""

from dataclasses import dataclass

from providers.criteria.enums import Direction

PROBATION_DAYS = 90


@dataclass(frozen=True)
class Target:
    """A measure, and the limit on whose better side it must be at the end."""

    measure: str
    direction: str
    limit: float

    def is_met(self, value: float) -> bool:
        """Whether `value` is on the right side; the limit itself is."""
        return value >= self.limit if self.direction == Direction.AT_LEAST else value <= self.limit


DEFAULT_TARGETS: tuple[Target, ...] = (
    Target("merchants_90d", Direction.AT_LEAST, 1),
    Target("orders_90d", Direction.AT_LEAST, 30),
    Target("live_hours_90d", Direction.AT_LEAST, 20),
    Target("refund_rate_90d", Direction.AT_MOST, 0.45),
    Target("complaint_rate_90d", Direction.AT_MOST, 0.02),
)
