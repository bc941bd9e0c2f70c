"""A year of facts drawn from the world's hidden skills: counts follow their rates, rates follow skill."""

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from demo.world import CAPABILITIES, Floats, Ints, World

MARKETING, INCUBATION, FULFILMENT, SUPPLY, LIVE = range(len(CAPABILITIES))
SKILL_NOISE = 0.25


def draw_facts(
    world: World,
    *,
    seed: int,
    first_day: date,
    provider_codes: list[str],
    trader_codes: list[str],
    merchant_codes: list[str],
) -> dict[str, NDArray[np.generic]]:
    """One array per fact column, rows in order of day and collaboration. `first_day` is the world's day 0."""
    rng = np.random.default_rng(seed)
    works, day = _active_days(rng, world)
    provider = world.works_provider[works]
    age = (day / world.days)[:, None]
    skill = world.skill[provider] + world.drift[provider] * age + rng.normal(0.0, SKILL_NOISE, (len(day), 5))
    days = np.array([(first_day + timedelta(days=offset)).isoformat() for offset in range(world.days)])
    keys: dict[str, NDArray[np.generic]] = {
        "provider": np.array(provider_codes)[provider],
        "day": days[day],
        "merchant": np.array(merchant_codes)[world.works_merchant[works]],
        "trader": np.array(trader_codes)[world.works_trader[works]],
    }
    return keys | _draw_counts(rng, skill, world.merchant_scale[world.works_merchant[works]])


def _active_days(rng: Generator, world: World) -> tuple[Ints, Ints]:
    """(collaboration, day) of every row, ordered by day."""
    calendar = np.arange(world.days)[:, None]
    running = (calendar >= world.works_start) & (calendar < world.works_end)
    active = running & (rng.random(running.shape) < world.works_activity)
    day, works = np.nonzero(active)
    return works, day


def _rate(skill: Floats, low: float, high: float) -> Floats:
    """A rate between `low` and `high` that grows with skill by a logistic curve."""
    return low + (high - low) / (1.0 + np.exp(-skill))


def _draw_counts(rng: Generator, skill: Floats, scale: Floats) -> dict[str, NDArray[np.generic]]:
    marketing, incubation, fulfilment, supply, live = skill.T
    rows = len(scale)
    exposures = rng.poisson(scale * rng.lognormal(0.0, 0.5, rows) * (1.0 + 0.3 * marketing).clip(0.3))
    clicks = rng.binomial(exposures, _rate(marketing, 0.02, 0.09))
    viewers = rng.binomial(exposures, _rate(live, 0.15, 0.4))
    sessions = 1 + rng.poisson(0.3, rows)
    live_minutes = sessions * rng.integers(60, 240, rows)
    orders = rng.binomial(clicks, _rate(live, 0.03, 0.14))
    gmv = (orders * rng.lognormal(9.0, 0.4, rows) * (1.0 + 0.1 * live).clip(0.5)).astype(np.int64)
    refunded = rng.binomial(orders, _rate(-supply, 0.03, 0.2))
    rated = rng.binomial(orders, 0.3)
    shipments = rng.binomial(orders, 0.97)
    listed = rng.integers(20, 80, rows)
    base = rng.binomial(orders, 0.9)
    promises = 2 + rng.poisson(4, rows)
    replies = 3 + rng.poisson(6, rows)
    streamers = 1 + rng.poisson(_rate(incubation, 0.2, 3.0))
    cold_starts = rng.binomial(1, 0.2, rows)
    counts = {
        "exposures": exposures,
        "clicks": clicks,
        "viewers": viewers,
        "watch_minutes": rng.poisson(viewers * _rate(live, 0.8, 3.0)),
        "live_minutes": live_minutes,
        "live_sessions": sessions,
        "short_videos": rng.poisson(_rate(marketing, 0.2, 2.0)),
        "likes": rng.binomial(viewers, _rate(live, 0.05, 0.3)),
        "comments": rng.binomial(viewers, _rate(live, 0.01, 0.08)),
        "shares": rng.binomial(viewers, _rate(marketing, 0.005, 0.03)),
        "orders": orders,
        "gmv_minor": gmv,
        "refunded_orders": refunded,
        "refunded_gmv_minor": gmv * refunded // np.maximum(orders, 1),
        "ad_spend_minor": (gmv / _rate(marketing, 1.5, 6.0) * rng.lognormal(0.0, 0.3, rows)).astype(np.int64),
        "new_fans": rng.binomial(viewers, _rate(marketing, 0.01, 0.06)),
        "new_streamers": rng.binomial(4, _rate(incubation, 0.02, 0.25)),
        "active_streamers": streamers,
        "streamer_minutes": (live_minutes * _rate(incubation, 0.5, 0.95)).astype(np.int64) * streamers,
        "sla_hits": rng.binomial(promises, _rate(fulfilment, 0.6, 0.99)),
        "sla_total": promises,
        "shipments": shipments,
        "on_time_shipments": rng.binomial(shipments, _rate(supply, 0.75, 0.995)),
        "complaints": rng.binomial(orders, _rate(-fulfilment, 0.002, 0.03)),
        "rating_sum": rated + rng.binomial(4 * rated, _rate(supply, 0.75, 0.99)),
        "rating_count": rated,
        "listed_skus": listed,
        "out_of_stock_skus": rng.binomial(listed, _rate(-supply, 0.01, 0.2)),
        "repurchases_30d": rng.binomial(base, _rate(fulfilment, 0.05, 0.3)),
        "repurchase_base_30d": base,
        "responses_on_time": rng.binomial(replies, _rate(fulfilment, 0.6, 0.99)),
        "responses_total": replies,
        "cold_starts_done": rng.binomial(cold_starts, _rate(incubation, 0.2, 0.9)),
        "cold_starts_total": cold_starts,
    }
    return {name: np.asarray(values, dtype=np.int64) for name, values in counts.items()}
