"""The demo world as numbers: providers of very unequal size with hidden true skills, traders, merchants and who works
with whom. Everything follows from the seed; nothing here touches the database."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from providers.enums import Capability

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CAPABILITIES: tuple[str, ...] = tuple(Capability.values)
DAYS = 365
IDLE_SHARE = 0.08
NEWCOMER_SHARE = 0.12
NEWCOMER_DAYS = 75


@dataclass(frozen=True)
class World:
    """Index-aligned arrays. Days count from 0, the oldest, to `days` - 1, the newest.

    skill: providers x capabilities, standard normal scale; drift: the same, change over the whole time.
    works_*: one element per provider-merchant collaboration.
    """

    days: int
    skill: Floats
    drift: Floats
    joined: Ints
    idle_from: Ints
    trader_provider: Ints
    merchant_scale: Floats
    works_provider: Ints
    works_merchant: Ints
    works_trader: Ints
    works_start: Ints
    works_end: Ints
    works_activity: Floats

    @property
    def providers(self) -> int:
        return len(self.joined)

    def true_skill(self) -> Floats:
        """One number per provider at the end of the time: the mean of its five skills."""
        return (self.skill + self.drift).mean(axis=1)


def make_world(
    *, seed: int, providers: int = 200, traders: int = 600, merchants: int = 2000, days: int = DAYS
) -> World:
    """Draw a world. The same arguments give the same world."""
    rng = np.random.default_rng(seed)
    skill = _draw_skill(rng, providers)
    joined, idle_from = _draw_presence(rng, providers, days)
    size = rng.lognormal(mean=0.0, sigma=1.3, size=providers)
    size[joined > 0] *= 0.25
    trader_provider = _spread(rng, traders, size)
    works_provider = _spread(rng, merchants, size)
    works_start, works_end = _draw_spans(rng, joined[works_provider], idle_from[works_provider])
    return World(
        days=days,
        skill=skill,
        drift=rng.normal(0.0, 0.35, size=skill.shape),
        joined=joined,
        idle_from=idle_from,
        trader_provider=trader_provider,
        merchant_scale=rng.lognormal(mean=7.2, sigma=1.0, size=merchants),
        works_provider=works_provider,
        works_merchant=np.arange(merchants),
        works_trader=_pick_traders(rng, works_provider, trader_provider),
        works_start=works_start,
        works_end=works_end,
        works_activity=rng.uniform(0.15, 0.6, size=merchants),
    )


def _draw_skill(rng: Generator, providers: int) -> Floats:
    """A common strength and an own part for each capability, so that the five are related but not the same."""
    common = rng.normal(0.0, 0.8, size=(providers, 1))
    return common + rng.normal(0.0, 0.6, size=(providers, len(CAPABILITIES)))


def _draw_presence(rng: Generator, providers: int, days: int) -> tuple[Ints, Ints]:
    """First day and first idle day: some joined lately, some stopped working months ago."""
    order = rng.permutation(providers)
    newcomers = order[: int(providers * NEWCOMER_SHARE)]
    idle = order[len(newcomers) : len(newcomers) + int(providers * IDLE_SHARE)]
    joined = np.zeros(providers, dtype=np.int64)
    joined[newcomers] = days - rng.integers(10, NEWCOMER_DAYS, size=len(newcomers))
    idle_from = np.full(providers, days, dtype=np.int64)
    idle_from[idle] = days - rng.integers(120, 300, size=len(idle))
    return joined, idle_from


def _spread(rng: Generator, count: int, size: Floats) -> Ints:
    """`count` owners: everyone once while they last, the rest by size."""
    providers = len(size)
    rest = rng.choice(providers, size=max(0, count - providers), p=size / size.sum())
    return np.sort(np.concatenate([np.arange(min(count, providers)), rest]).astype(np.int64))


def _draw_spans(rng: Generator, joined: Ints, idle_from: Ints) -> tuple[Ints, Ints]:
    """Collaborations begin through the year; half of them last to the end."""
    room = np.maximum(idle_from - joined, 1)
    start = joined + (rng.beta(1.0, 2.0, size=len(joined)) * room * 0.8).astype(np.int64)
    length = (rng.beta(2.0, 1.5, size=len(joined)) * (idle_from - start)).astype(np.int64)
    stays = rng.random(len(joined)) < 0.5
    return start, np.where(stays, idle_from, start + np.maximum(length, 5)).clip(max=idle_from)


def _pick_traders(rng: Generator, works_provider: Ints, trader_provider: Ints) -> Ints:
    """One of the provider's own traders for each collaboration."""
    first = np.searchsorted(trader_provider, works_provider, side="left")
    behind = np.searchsorted(trader_provider, works_provider, side="right")
    return first + (rng.random(len(works_provider)) * (behind - first)).astype(np.int64)
