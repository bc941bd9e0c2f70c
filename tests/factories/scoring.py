"""Models, facts, runs and seasons for tests: small enough to check by hand."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from engine.columns import FACT_COLUMN_NAMES
from scoring.capabilities.compute import Silent, carry_out
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.runs import start_run
from scoring.capabilities.services import announce, create_draft, publish
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch
from scoring.seasons.models import Season
from scoring.seasons.services import announce as announce_season
from scoring.seasons.services import create_season, start
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider

_numbers = count(1)
DAY = date(2025, 6, 30)
MORNING_AFTER = datetime(2025, 6, 30, 20, 0, tzinfo=UTC)  # four in the morning of 1 July in Shanghai

# Two capabilities, three metrics, fixed goalposts, no shrinkage and no lag: every score can be worked out by hand.
SMALL_MODEL = """
key = "five_capabilities"
version = "{version}"
source = "facts"
label = {{ zh = "小模型", en = "Small model" }}

[window]
days = 30
wider_days = 60
half_life = 0.0

[composite]
minimum_capabilities = 1
levels = [50.0]

[bootstrap]
replicates = {replicates}
seed = 7

[[capabilities]]
key = "traffic_marketing"
weight = 0.4

[[capabilities]]
key = "service_fulfilment"
weight = 0.6

[[metrics]]
key = "click_rate"
capability = "traffic_marketing"
weight = 1.0
numerator = "clicks"
denominator = "exposures"
unit = "share"
minimum = 100
label = {{ zh = "点击率", en = "Click rate" }}
normaliser = {{ kind = "goalposts", lower = 0.0, upper = 1.0 }}

[[metrics]]
key = "refund_rate"
capability = "service_fulfilment"
weight = {refund_weight}
numerator = "refunded_orders"
denominator = "orders"
direction = "lower"
unit = "share"
minimum = 30
label = {{ zh = "退款率", en = "Refund rate" }}
normaliser = {{ kind = "goalposts", lower = 0.0, upper = 1.0 }}

[[metrics]]
key = "promise_rate"
capability = "service_fulfilment"
weight = 0.5
numerator = "sla_hits"
denominator = "sla_total"
unit = "share"
minimum = 10
label = {{ zh = "达标率", en = "Promise rate" }}
normaliser = {{ kind = "goalposts", lower = 0.0, upper = 1.0 }}
"""


def small_model(version: str = "1", *, replicates: int = 0, refund_weight: float = 0.5) -> str:
    """The small model's TOML; another `refund_weight` than 0.5 makes weights that do not sum."""
    return SMALL_MODEL.format(version=version, replicates=replicates, refund_weight=refund_weight)


def make_published_model(definition: str | None = None, *, now: datetime = MORNING_AFTER) -> ScoringModel:
    """A model in force since `now`: without notice when it is the first, else announced the notice period before."""
    first = not ScoringModel.objects.filter(published_at__isnull=False).exists()
    early = now if first else now - timedelta(days=15)
    model = create_draft(definition=definition or small_model(), by=None, now=early)
    today = early.astimezone(timezone.get_fixed_timezone(480)).date()
    announce(model_id=model.pk, by=None, effective_from=today if first else None, now=early)
    return publish(model_id=model.pk, by=None, now=now)


def make_facts(rows: Sequence[dict[str, Any]], *, day: date = DAY) -> FactBatch:
    """A live batch with the given rows; a row names its provider and the columns that are not 0."""
    path = Path(settings.FACTS_ROOT) / f"batch-{next(_numbers)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ("provider", "day", "merchant", "trader", *FACT_COLUMN_NAMES)
    values = [[row.get(name, default_of(name, day)) for name in names] for row in rows]
    types = ["VARCHAR", "DATE", "VARCHAR", "VARCHAR", *["BIGINT"] * len(FACT_COLUMN_NAMES)]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, types, strict=True))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE facts ({columns})")
        connection.executemany(f"INSERT INTO facts VALUES ({', '.join('?' * len(names))})", values)
        connection.execute(f"COPY (FROM facts ORDER BY day, provider) TO '{path}' (FORMAT parquet)")
    body = path.read_bytes()
    days = [row.get("day", day) for row in rows]
    return FactBatch.objects.create(
        status=FactBatchStatus.LIVE,
        source="test",
        profile="portal",
        profile_digest="0" * 64,
        file_name=path.name,
        kind="parquet",
        digest=hashlib.sha256(body).hexdigest(),
        source_bytes=len(body),
        day_from=min(days),
        day_to=max(days),
        source_rows=len(rows),
        rows=len(rows),
        provider_count=len({row["provider"] for row in rows}),
        path=path.name,
        file_digest=hashlib.sha256(body).hexdigest(),
        file_bytes=len(body),
        imported_at=MORNING_AFTER,
    )


def default_of(name: str, day: date) -> object:
    """The value of a column that a row leaves out."""
    return {"day": day, "merchant": "M000001", "trader": ""}.get(name, 0)


def work(clicks: int, refunds: int, hits: int, *, orders: int = 100, promises: int = 50) -> dict[str, int]:
    """One provider's day: of 1,000 exposures, `orders` orders and `promises` promises."""
    return {
        "exposures": 1000,
        "clicks": clicks,
        "orders": orders,
        "refunded_orders": refunds,
        "sla_total": promises,
        "sla_hits": hits,
    }


def make_run(*, as_of: date = DAY, now: datetime = MORNING_AFTER, by: User | None = None) -> ScoreRun:
    """A finished run of the model in force."""
    run = start_run(by=by, as_of=as_of, in_background=False, now=now)
    carry_out(run.pk, Silent())
    run.refresh_from_db()
    return run


def make_season(
    model: ScoringModel,
    *,
    code: str = "2025Q3",
    starts_on: date = DAY - timedelta(days=9),
    running: bool = True,
    steward: User | None = None,
    rules: dict[str, Any] | None = None,
) -> Season:
    """A season around DAY; running, or a draft."""
    steward = steward or make_staff(Role.RACE_STEWARD)
    ends_on = starts_on + timedelta(days=89)
    season = create_season(
        code=code,
        name_zh=f"{code} 赛季",
        name_en=f"Season {code}",
        starts_on=starts_on,
        ends_on=ends_on,
        scoring_model_id=model.pk,
        by=steward,
        rules=rules,
    )
    if running:
        announced = datetime.combine(starts_on - timedelta(days=15), datetime.min.time(), tzinfo=UTC)
        announce_season(season_id=season.pk, by=steward, now=announced)
        season = start(
            season_id=season.pk, by=steward, now=datetime.combine(starts_on, datetime.min.time(), tzinfo=UTC)
        )
    return season


def make_cards() -> list[Scorecard]:
    """Three providers and an outside one over two days, 40 apart; the scorecards of the second day, of 71, 38 and 66
    points.

    The first: half the exposures clicked (50), a tenth refunded (90), four fifths of promises kept (80). The third has
    too few orders for its refund rate.
    """
    make_published_model()
    made = [make_provider(status="admitted") for _ in range(3)]
    figures = [(500, 10, 40, 100), (200, 50, 25, 100), (300, 0, 45, 12)]
    outside = make_external_provider("LIVE-1")
    for age in (1, 0):
        rows = [
            {"provider": each.code, **work(clicks - 100 * age, refunds, hits, orders=orders)}
            for each, (clicks, refunds, hits, orders) in zip(made, figures, strict=True)
        ]
        day = DAY - timedelta(days=40 * age)
        make_facts([*rows, {"provider": outside.code, **work(900, 0, 50)}], day=day)
        run = make_run(as_of=day)
    return [Scorecard.objects.get(run=run, provider=provider) for provider in made]
