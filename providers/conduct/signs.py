"""What a night's verdicts mean for the watch list: who breaks which criterion, and who is about to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from engine.forecast import Trend, forecast_breach
from providers.conduct.policies import FORECAST_DAYS, HISTORY_DAYS
from providers.criteria.enums import Direction, Verdict
from providers.criteria.measures import MEASURE_NAMES, measure_trends
from providers.criteria.models import Criterion
from providers.criteria.selectors import Judgement
from providers.signals import Floats


@dataclass(frozen=True)
class Sign:
    """One provider and criterion. `breached` is a fail; `forecast_on` the expected day of one, today when the limit
    itself is passed already; `value` the measure now."""

    provider_id: int
    key: str
    breached: bool
    forecast_on: date | None
    value: float | None


def find_signs(judged: Judgement, forecasts: Floats, today: date) -> Iterator[Sign]:
    """The signs of a night, by provider and criterion. `forecasts` is providers x criteria: days, NaN for none."""
    failed = judged.verdicts.matrix == Verdict.FAIL
    for row, column in np.argwhere(failed | np.isfinite(forecasts)).tolist():
        criterion = judged.criteria[column]
        value = float(judged.signals[criterion.measure][row]) if criterion.measure else float("nan")
        breached = bool(failed[row, column])
        left = forecasts[row, column]
        yield Sign(
            provider_id=int(judged.provider_ids[row]),
            key=criterion.key,
            breached=breached,
            forecast_on=None if breached or np.isnan(left) else today + timedelta(days=int(np.ceil(left))),
            value=None if np.isnan(value) else value,
        )


def read_trends(judged: Iterable[Judgement], today: date) -> dict[str, Trend]:
    """How the measures moved that these judgements of the same providers forecast; one statement for all of them."""
    judged = list(judged)
    drifting = {
        row.measure for one in judged for row in one.criteria if row.measure in MEASURE_NAMES and row.limit is not None
    }
    return measure_trends(drifting, judged[0].provider_ids, until=today, days=HISTORY_DAYS)


def forecast_all(judged: Judgement, today: date, trends: Mapping[str, Trend] | None = None) -> Floats:
    """Providers x criteria: days until the breach of each criterion that has a measured limit, NaN for none in sight.

    Who stands beyond a limit without failing yet gets 0; a trend counts only for measures that are kept per day.
    """
    found = np.full(judged.verdicts.matrix.shape, np.nan)
    trends = read_trends([judged], today) if trends is None else trends
    for column, criterion in enumerate(judged.criteria):
        if not criterion.measure or criterion.limit is None:
            continue
        at_most = criterion.direction == Direction.AT_MOST
        far = is_beyond(judged.signals[criterion.measure], criterion.limit, at_most=at_most)
        found[(judged.verdicts.matrix[:, column] == Verdict.HUMAN) & far, column] = 0.0
        # Who passes beyond the limit is exempted by the criterion itself, such as a newcomer: no breach is in sight.
        passing = (judged.verdicts.matrix[:, column] == Verdict.PASS) & ~far
        if criterion.measure in trends:
            left = forecast_breach(
                trends[criterion.measure], limit=criterion.limit, at_most=at_most, horizon=FORECAST_DAYS
            )
            found[passing, column] = left[passing]
    return found


def is_beyond(values: Floats, limit: float, *, at_most: bool) -> NDArray[np.bool_]:
    """Where a measure stands on the wrong side of its limit; unknown values do not."""
    with np.errstate(invalid="ignore"):
        return values > limit if at_most else values < limit


def keys_where(criteria: Sequence[Criterion], mask: NDArray[np.bool_]) -> list[str]:
    """The keys of the criteria that `mask` chooses."""
    return [criteria[column].key for column in np.flatnonzero(mask).tolist()]
