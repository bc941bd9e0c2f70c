"""The scorecards of one run as columns, and why somebody may hold no place."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from providers.registry.enums import ProviderStatus
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.seasons.enums import NotRanked

Floats = NDArray[np.float64]
OUT_BY_STATUS = {
    ProviderStatus.SUSPENDED: NotRanked.SUSPENDED,
    ProviderStatus.CLEARED_OUT: NotRanked.CLEARED_OUT,
}
COLUMNS = ("composite", "lower", "upper", "metrics_assessed")


@dataclass(frozen=True)
class Cards:
    """The scorecards of one run as columns; numbers are NaN where unknown. `reason` is empty for who may be ranked."""

    provider: NDArray[np.int64]
    code: NDArray[np.str_]
    numbers: dict[str, Floats]
    reason: NDArray[np.str_]

    def only(self, provider_ids: Collection[int]) -> "Cards":
        """The cards of these providers."""
        kept = np.isin(self.provider, np.array(list(provider_ids), dtype=np.int64))
        numbers = {name: column[kept] for name, column in self.numbers.items()}
        return Cards(self.provider[kept], self.code[kept], numbers, self.reason[kept])


def read_cards(run: ScoreRun, provider_ids: Collection[int] | None = None) -> Cards:
    """The run's scorecards by provider code, of all or of these providers."""
    cards = Scorecard.objects.filter(run=run)
    if provider_ids is not None:
        cards = cards.filter(provider__in=provider_ids)
    rows = list(
        cards.order_by("provider__code").values_list(
            "provider_id", "provider__code", "provider__status", "external", *COLUMNS
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * (4 + len(COLUMNS))
    numbers = {
        name: np.array([np.nan if value is None else value for value in column], dtype=np.float64)
        for name, column in zip(COLUMNS, columns[4:], strict=True)
    }
    return Cards(
        provider=np.array(columns[0], dtype=np.int64),
        code=np.array(columns[1], dtype=np.str_),
        numbers=numbers,
        reason=np.array(
            [
                why_unranked(status, external, composite)
                for status, external, composite in zip(columns[2], columns[3], columns[4], strict=True)
            ],
            dtype=np.str_,
        ),
    )


def without_banned(cards: Cards, banned: Collection[int]) -> Cards:
    """The cards with those of `banned` out of the ranking, where nothing else keeps them out."""
    out = np.isin(cards.provider, list(banned)) & (cards.reason == "") if banned else np.zeros(len(cards.code), bool)
    return replace(cards, reason=np.where(out, str(NotRanked.BANNED), cards.reason)) if out.any() else cards


def why_unranked(status: str, external: bool, composite: float | None) -> str:
    """The reason why a provider holds no place; empty when it may hold one."""
    if external:
        return str(NotRanked.EXTERNAL)
    if status in OUT_BY_STATUS:
        return str(OUT_BY_STATUS[ProviderStatus(status)])
    return str(NotRanked.NOT_ASSESSED) if composite is None else ""
