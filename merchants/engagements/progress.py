"""How far an engagement is on the way to its target, by the facts."""

from dataclasses import dataclass
from datetime import date, timedelta

from engine.tables import open_connection
from merchants.clocks import business_day
from merchants.engagements.models import Engagement
from merchants.requests.enums import TargetMetric
from scoring.facts.selectors import live_batches, open_relation

# What each target counts, net of refunds, as an expression over one fact row.
EXPRESSIONS: dict[str, str] = {
    TargetMetric.MONTHLY_GMV: "gmv_minor - refunded_gmv_minor",
    TargetMetric.TOTAL_GMV: "gmv_minor - refunded_gmv_minor",
    TargetMetric.ORDERS: "orders - refunded_orders",
    TargetMetric.LIVE_SESSIONS: "live_sessions",
    TargetMetric.NEW_FANS: "new_fans",
}
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Progress:
    """`measured` in the target's unit, None while there are no facts; `until` is the last day they cover."""

    target: int
    measured: int | None = None
    until: date | None = None

    @property
    def share(self) -> float | None:
        """Measured over target; above 1 when it was passed."""
        return None if self.measured is None else self.measured / self.target


def measure_progress(engagement: Engagement) -> Progress:
    """What the live facts of this merchant with this provider say, from the first day to the last or to the end.

    The monthly target looks at the 30 days that end with the last day of facts.
    """
    since = business_day(engagement.started_at)
    until = business_day(engagement.ended_at) if engagement.ended_at else date.max
    batches = list(live_batches().filter(day_to__gte=since))
    if not batches:
        return Progress(engagement.target_amount)
    with open_connection(threads=1, memory_limit="200MB") as connection:
        days = (
            open_relation(connection, batches)
            .execute(
                f"SELECT day, CAST(sum({EXPRESSIONS[engagement.target_metric]}) AS BIGINT) FROM facts "  # noqa: S608  the expression is one of the constants above
                "WHERE provider = ? AND merchant = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
                [engagement.provider.code, engagement.merchant.code, since, until],
            )
            .fetchall()
        )
    if not days:
        return Progress(engagement.target_amount)
    last: date = days[-1][0]
    first = last - MONTH if engagement.target_metric == TargetMetric.MONTHLY_GMV else date.min
    return Progress(engagement.target_amount, sum(amount for day, amount in days if day > first), last)
