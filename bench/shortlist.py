"""One shortlist among 20,000 providers with scorecards, traders and records: the whole request, and its steps."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services import get_or_create_platform
from bench.generate import PROVIDERS
from bench.night import undone
from bench.tables import Result
from bench.what_if import set_up, settings_of, sign_in
from merchants.clocks import business_day
from merchants.matching.features import gather_features
from merchants.matching.judge import judge
from merchants.registry.services import register_merchant
from merchants.requests.enums import BudgetModel, Goal, Mode, TargetMetric
from merchants.requests.models import HelpRequest
from merchants.requests.services import create_help_request, submit_help_request
from providers.enums import Category
from providers.registry.models import Provider

FACTS = 200_000
REPEATS = 15
LIMIT = 0.15


def run(rows: int | None = None) -> Result:
    """Providers, scorecards and one request; then the same request asked again and again."""
    with tempfile.TemporaryDirectory() as name, undone(), settings_of(Path(name)):
        set_up(Path(name), rows or FACTS)
        Provider.objects.update(category=Category.APPAREL)
        asked, staff = make_request(), sign_in(get_or_create_platform(), Role.PROGRAMME_MANAGER)
        today = business_day(timezone.now())
        steps = {
            "read what is known of everybody": time_each(lambda: gather_features(asked, today=today)),
            "the same, filters, fit and seats": time_each(lambda: judge(asked, today=today)),
            "whole request, shortlist stored": time_each(lambda: make_shortlist(staff, asked)),
        }
    return describe(steps)


def make_request() -> HelpRequest:
    """A request that waits for its shortlist; the merchant picks, so that each shortlist may be made anew."""
    owner = User.objects.create(email="shop@bench.example")
    merchant = register_merchant(code="M000001", name="bench", category=Category.APPAREL, by=owner)
    wanted = {
        "title": "bench",
        "goal": Goal.COLD_START,
        "target_metric": TargetMetric.ORDERS,
        "target_amount": 1000,
        "target_by": timezone.now().date().replace(year=timezone.now().year + 1, day=1),
        "needs": {"live_operations": 3, "supply_chain": 1},
        "category": Category.APPAREL,
        "budget_model": BudgetModel.FIXED_FEE,
        "budget_max_minor": 5_000_000,
        "mode": Mode.I_PICK,
    }
    draft = create_help_request(merchant_id=merchant.pk, data=wanted, by=owner)
    return submit_help_request(request_id=draft.pk, by=owner)


def make_shortlist(staff: Client, asked: HelpRequest) -> None:
    """One POST through the whole portal."""
    asked.refresh_from_db(fields=["version"])
    sent = {"version": asked.version}
    answer = staff.post(f"/api/v1/help-requests/{asked.pk}/shortlist", sent, content_type="application/json")
    if answer.status_code != 201 or answer.json()["considered"] != PROVIDERS:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")


def time_each(work: Callable[[], Any]) -> list[float]:
    """Seconds of each time."""
    work()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return taken


def describe(steps: dict[str, list[float]]) -> Result:
    """The table."""
    cells, figures = [], {}
    for label, taken in steps.items():
        middle, worst = 1000 * float(np.median(taken)), 1000 * max(taken)
        cells.append((label, f"{middle:.0f}", f"{worst:.0f}"))
        figures[f"{label}, median ms"] = round(middle, 1)
    return Result(
        name="shortlist",
        title="A shortlist",
        head=("Step", "median ms", "worst ms"),
        rows=cells,
        figures=figures,
        notes=(
            f"One help request among {PROVIDERS:,} active providers of its category, each with a scorecard and a "
            f"trader; {REPEATS} times after one. {1000 * LIMIT:.0f} ms were asked for the whole request.",
            "A request goes through the whole portal in one process: session, permission, database, engine, the "
            "shortlist with its candidates written, and the serializer.",
        ),
    )
