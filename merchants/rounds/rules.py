"""What the settings of a round mean to the engine.

A tier is (share of a provider's places up to which it reaches, what each place in it costs in fit). Every penalty
stays below the fit of a common candidate, so that a balance moves requests rather than leaving them with nobody.
"""

from collections.abc import Mapping, Sequence

from engine.flow import FlowRules
from merchants.rounds.enums import Balance

TIERS: Mapping[str, Sequence[tuple[float, float]]] = {
    Balance.NONE: ((1.0, 0.0),),
    Balance.LIGHT: ((0.6, 0.0), (0.8, 0.05), (1.0, 0.15)),
    Balance.MEDIUM: ((0.4, 0.0), (0.7, 0.1), (1.0, 0.25)),
    Balance.STRONG: ((0.2, 0.0), (0.4, 0.1), (0.6, 0.2), (0.8, 0.3), (1.0, 0.4)),
}
NEWCOMER_BONUS = 0.05
MAX_NEWCOMER_PLACES = 3
LIMITS = (5, 100)
DEFAULT_BALANCE, DEFAULT_NEWCOMER_PLACES, DEFAULT_LIMIT = Balance.LIGHT, 1, 50


def make_rules(balance: str, newcomer_places: int) -> FlowRules:
    """The engine's rules of a setting."""
    return FlowRules(tiers=TIERS[balance], newcomer_places=newcomer_places, newcomer_bonus=NEWCOMER_BONUS)


def list_settings(newcomer_places: int) -> list[tuple[str, int]]:
    """The settings that a preview compares: each balance without the newcomers' reserve and with it."""
    return [(balance, places) for balance in Balance.values for places in (0, newcomer_places or 1)]
