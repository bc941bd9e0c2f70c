"""Builds the demo world in an empty portal, step by step through the services."""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from celery import current_app
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import User
from accounts.notices.services import read_all_notices
from accounts.roles import Role
from common.days import business_day
from common.exceptions import Conflict
from demo.cast import Cast
from demo.conduct_steps import judge_nights, report_claims
from demo.facts import draw_facts
from demo.integrity_steps import correct_facts, relate_a_shop
from demo.merchant_steps import add_merchants
from demo.people import add_panelists, add_staff
from demo.probation_steps import end_probations
from demo.provider_steps import add_applicants, add_providers
from demo.request_steps import OWNED, add_requests, invite_star
from demo.round_steps import add_rounds
from demo.scoring_steps import publish_model, run_nights
from demo.season_steps import open_seasons
from demo.window_steps import add_windows
from demo.world import World, make_world
from engine.tables import write_table
from merchants.registry.models import Merchant
from providers.criteria.definition import DEFAULT_SET
from providers.criteria.services import load_first_set
from providers.windows.services import load_default_windows
from scoring.facts.imports import import_batch
from scoring.seasons.models import Season

SEED = 2022
STAR_MERCHANT = 3

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Scale:
    """How large a world is built."""

    providers: int = 200
    traders: int = 600
    merchants: int = 2000


@dataclass(frozen=True)
class Built:
    """What was built, for the report."""

    world: World
    cast: Cast
    merchants: list[Merchant]
    season: Season
    nights: list[date]
    fact_rows: int
    orders: NDArray[np.int64]
    watched: int


def is_empty() -> bool:
    """Whether nobody uses this portal yet."""
    return not User.objects.exists()


def build(*, report: Report, scale: Scale | None = None, seed: int = SEED, now: datetime | None = None) -> Built:
    """Build the world as if it had grown over a year until `now`. Raises Conflict unless the portal is empty.

    Celery runs inline meanwhile, so that each job happens at its place in the story.
    """
    if not is_empty():
        raise Conflict("The portal is in use.", remedy="Build the demo world in an empty database.")
    now = now or timezone.now()
    scale = scale or Scale()
    eager, current_app.conf.task_always_eager = current_app.conf.task_always_eager, True
    logging.getLogger("celery").setLevel(logging.WARNING)  # hundreds of small jobs run inline
    try:
        return _build(report, scale, seed, now)
    finally:
        current_app.conf.task_always_eager = eager


def _build(report: Report, scale: Scale, seed: int, now: datetime) -> Built:
    today = business_day(now)
    world = make_world(seed=seed, providers=scale.providers, traders=scale.traders, merchants=scale.merchants)
    start = now - timedelta(days=world.days)
    rng = np.random.default_rng([seed, 1])
    cast = Cast(staff=add_staff(start - timedelta(days=40)), panel=add_panelists(start - timedelta(days=40)))
    load_default_windows(now=start - timedelta(days=40))
    load_first_set(definition=DEFAULT_SET.read_text(), now=start - timedelta(days=40))
    star = choose_star(world)
    add_providers(cast, world, rng, star=star, start=start, report=lambda done, total: report("providers", done, total))
    merchants = add_merchants(cast, world, rng, star=STAR_MERCHANT, owned=OWNED, now=start)
    report("merchants", len(merchants), len(merchants))
    rows, orders = import_year(cast, world, merchants, seed=seed, today=today, report=report)
    end_probations(cast, today=today, report=lambda done, total: report("probations", done, total))
    for person in (*cast.staff.values(), *cast.panel):  # who was there has read what happened until now
        read_all_notices(by=person, now=now)
    add_applicants(cast, rng, now=now)
    add_windows(cast, np.random.default_rng([seed, 2]), now=now)
    watched = judge_nights(cast, today=today, report=lambda done, total: report("measures", done, total))
    report_claims(cast, now=now)
    related = relate_a_shop(cast, star, now=now)
    model = publish_model(cast, now=start + timedelta(days=30))
    season = open_seasons(cast, model, today=today)
    nights = run_nights(season, today=today, report=lambda done, total: report("nights", done, total))
    correct_facts(cast, star, orders, related=related, today=today)
    add_requests(cast, merchants, rng, star=STAR_MERCHANT, now=now)
    invite_star(cast.providers[star], merchants[OWNED - 20 : OWNED], rng, now=now)
    shops = [merchant for index, merchant in enumerate(merchants[: OWNED - 20]) if index != STAR_MERCHANT]
    add_rounds(cast, shops[-30:], np.random.default_rng([seed, 3]), now=now)
    return Built(world, cast, merchants, season, nights, rows, orders, watched)


def choose_star(world: World) -> int:
    """The provider of the demo accounts: there from the beginning, still at work, of good size."""
    steady = (world.joined == 0) & (world.idle_from == world.days)
    work = np.bincount(world.works_provider, minlength=world.providers) * steady
    return int(np.argsort(work)[-max(1, world.providers // 8)])


def import_year(
    cast: Cast, world: World, merchants: list[Merchant], *, seed: int, today: date, report: Report
) -> tuple[int, NDArray[np.int64]]:
    """A year of facts up to yesterday, sent month by month as a feed would.

    Gives the number of rows, and per provider the orders of the last 90 days.
    """
    first_day = today - timedelta(days=world.days)
    table = draw_facts(
        world,
        seed=seed,
        first_day=first_day,
        provider_codes=[provider.code for provider in cast.providers],
        trader_codes=[trader.code for trader in cast.traders],
        merchant_codes=[merchant.code for merchant in merchants],
    )
    months = np.array([str(value)[:7] for value in table["day"]])
    analyst = cast.staff[Role.SCORING_ANALYST]
    names = sorted(set(months.tolist()))
    with tempfile.TemporaryDirectory() as folder:
        for index, month in enumerate(names, start=1):
            path = Path(folder) / f"facts-{month}.parquet"
            write_table(path, {name: values[months == month] for name, values in table.items()})
            import_batch(path=path, by=analyst)
            report("facts", index, len(names))
    late = table["day"] >= (today - timedelta(days=90)).isoformat()
    place = {provider.code: index for index, provider in enumerate(cast.providers)}
    owners = np.array([place[str(code)] for code in table["provider"][late]])
    orders = np.bincount(owners, weights=table["orders"][late], minlength=world.providers)
    return len(months), orders.astype(np.int64)
