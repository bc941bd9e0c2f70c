"""What-ifs over one run of 20,000 providers and 25 metrics: the engine alone, and whole requests."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services import add_member, get_or_create_platform
from bench.generate import PROVIDERS, write_fact_files
from bench.night import make_providers, undone
from bench.tables import Result
from bench.world import AS_OF, MODEL
from engine.groups import Groups
from engine.marginal import next_steps
from engine.model_toml import load_model
from engine.weights import compare, reweigh, with_weights
from engine.what_if import narrow, rescore
from providers.enums import ProviderType
from scoring.capabilities.array_files import RunArrays, arrays_from, keep_arrays, load, path_of
from scoring.capabilities.compute import Clock, Silent, compute_results
from scoring.capabilities.identity import PRESENT_FORM, PinnedInputs
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.results import digest_results, store_results
from scoring.capabilities.subjects import Subject

REPEATS = 15
LIMIT = 0.3
DIGEST = "b" * 64


@dataclass(frozen=True)
class Stage:
    """A run with its scorecards and arrays, and those who ask."""

    card: Scorecard
    arrays: RunArrays
    row: int
    owner: Client
    analyst: Client


@dataclass(frozen=True)
class Asked:
    """One question over so many subjects: seconds of the first time, of the median, and of the process's own work."""

    name: str
    subjects: int
    first: float | None
    seconds: float
    processor: float


def run(rows: int | None = None) -> Result:
    """Compute one run, store it, ask."""
    rows = rows or 2_000_000
    with tempfile.TemporaryDirectory() as name, undone(), settings_of(Path(name)):
        stage = set_up(Path(name), rows)
        asked = ask_engine(stage) + ask_portal(stage)
        size = path_of(DIGEST, stage.card.run.result_digest).stat().st_size
    return describe(rows, size, asked)


def settings_of(folder: Path) -> override_settings:
    """Files of its own, any host name, and no limit of requests."""
    return override_settings(FACTS_ROOT=folder, ALLOWED_HOSTS=["*"], PAGE_RATES={"what_if": "100000/minute"})


def set_up(folder: Path, rows: int) -> Stage:
    """Facts, a run of the model that ships, its scorecards in their table, its arrays in their file."""
    files = write_fact_files(folder, rows, days=365, daily_from=365)
    ids, types = make_providers(PROVIDERS), ProviderType.values
    subjects = {
        f"P{number:06d}": Subject(int(pk), False, {"track": types[number % len(types)]})
        for number, pk in enumerate(ids, start=1)
    }
    definition = MODEL.read_text(encoding="utf-8")
    rule = load_model(definition)
    rule = replace(rule, bootstrap=replace(rule.bootstrap, replicates=0))
    batches: Any = tuple(SimpleNamespace(file=path, day_from=None, day_to=None) for path in files)
    pinned = PinnedInputs(batches, (), (), subjects, PRESENT_FORM, DIGEST)
    results = compute_results(rule, AS_OF, pinned, Silent(), Clock())
    score_run = make_run(definition, digest_results(results))
    store_results(score_run, results)
    keep_arrays(path_of(DIGEST, score_run.result_digest), arrays_from(results))
    arrays = load(path_of(DIGEST, score_run.result_digest), score_run.scoring_model.rule)
    row = int(np.flatnonzero(~np.isnan(arrays.basis.composite))[0])
    card = Scorecard.objects.select_related("run__scoring_model", "provider").get(
        run=score_run, provider_id=int(arrays.provider_ids[row])
    )
    return Stage(card, arrays, row, sign_in(card.provider.organisation, Role.PROVIDER_OWNER), sign_in_analyst())


def make_run(definition: str, digest: str) -> ScoreRun:
    """A finished run of a published model, without the steps that lead there."""
    now = timezone.now()
    model = ScoringModel.objects.create(
        key="five_capabilities",
        model_version="bench",
        name_zh="bench",
        name_en="bench",
        definition=definition,
        digest=DIGEST,
        status="retired",
        announced_at=now,
        effective_from=AS_OF - timedelta(days=30),
        published_at=now,
        retired_at=now,
        created_at=now,
    )
    return ScoreRun.objects.create(
        scoring_model=model,
        as_of=AS_OF,
        input_digest=DIGEST,
        result_digest=digest,
        status="done",
        created_at=now,
        finished_at=now,
    )


def sign_in(organisation: Organisation, role: str) -> Client:
    """A browser in which somebody with this role is signed in."""
    user = User.objects.create(email=f"{role}@bench.example")
    add_member(organisation_id=organisation.pk, user=user, role=role, by=None)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def sign_in_analyst() -> Client:
    return sign_in(get_or_create_platform(), Role.SCORING_ANALYST)


def ask_engine(stage: Stage) -> list[Asked]:
    """The engine alone."""
    whole, model = stage.arrays.basis, stage.arrays.basis.model
    peers = np.flatnonzero(whole.groups.number == whole.groups.number[stage.row])
    group, own = narrow(whole, peers), int(np.searchsorted(peers, stage.row))
    count = len(whole.composite)
    everybody = replace(whole, groups=Groups(np.zeros(count, dtype=np.int64), ("",), np.array([count])))
    values = {
        index: float(value) * 1.05
        for index, value in enumerate(whole.raw[stage.row])
        if not np.isnan(whole.points[stage.row, index])
    }
    some = dict(list(values.items())[:3])
    tracks, ranked = np.zeros(count, dtype=np.int64), ~stage.arrays.external
    other = with_weights(model, {"service_fulfilment": 0.6}, {"refund_rate": 0.5})
    work: dict[str, tuple[Callable[[], Any], int]] = {
        "three metrics of one provider, in its peer group": (lambda: rescore(group, own, some), len(peers)),
        "all its metrics, in its peer group": (lambda: rescore(group, own, values), len(peers)),
        "three metrics, everybody one peer group": (lambda: rescore(everybody, stage.row, some), count),
        "all next steps of one provider": (lambda: next_steps(group, own), len(peers)),
        "weights for everybody": (lambda: compare(whole, reweigh(whole, other), tracks, ranked), count),
    }
    return [Asked(f"engine: {name}", subjects, None, *median(ask)) for name, (ask, subjects) in work.items()]


def ask_portal(stage: Stage) -> list[Asked]:
    """Whole requests: the first one, with nothing in memory, and the median of the following ones."""
    card, run_id = stage.card, stage.card.run_id
    model = stage.arrays.basis.model
    asked = {
        model.metrics[index].key: min(float(stage.arrays.basis.raw[stage.row, index]) * 1.02, 1.0)
        for index in np.flatnonzero(~np.isnan(stage.arrays.basis.points[stage.row]))[:3]
        if model.metrics[index].unit == "share"
    }
    page = f"/provider/scorecard/{card.pk}"
    query = "&".join(f"v_{key}={100 * value}" for key, value in asked.items())
    part = {"HX-Request": "true"}
    requests: dict[str, Callable[[], Any]] = {
        "provider, sliders moved (page part)": lambda: stage.owner.get(f"{page}/what-if/?{query}", headers=part),
        "provider, by endpoint": lambda: stage.owner.post(
            f"/api/v1/scorecards/{card.pk}/what-if", {"values": asked}, content_type="application/json"
        ),
        "provider, next steps (page)": lambda: stage.owner.get(f"{page}/next-steps/"),
        "analyst, weights moved (page part)": lambda: stage.analyst.get(
            f"/staff/score-runs/{run_id}/what-if/?v_service_fulfilment=60&v_refund_rate=50", headers=part
        ),
        "analyst, by endpoint": lambda: stage.analyst.post(
            f"/api/v1/score-runs/{run_id}/what-if",
            {"capabilities": {"service_fulfilment": 0.6}, "metrics": {"refund_rate": 0.5}},
            content_type="application/json",
        ),
    }
    for ask in requests.values():
        expect_ok(ask)  # templates, addresses and formulas are read once by each process
    count = len(stage.arrays.external)
    return [
        Asked(f"request: {name}", count, first(ask), *median(partial(expect_ok, ask))) for name, ask in requests.items()
    ]


def expect_ok(ask: Callable[[], Any]) -> None:
    """Send one request; fail when it is refused."""
    answer = ask()
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")


def first(ask: Callable[[], Any]) -> float:
    """Seconds of a request when the run's arrays must be read from their file."""
    load.cache_clear()
    started = time.perf_counter()
    expect_ok(ask)
    return time.perf_counter() - started


def median(work: Callable[[], Any]) -> tuple[float, float]:
    """The medians of REPEATS: seconds, and seconds of this process's own."""
    work()
    taken = []
    for _ in range(REPEATS):
        started, busy = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - started, time.process_time() - busy))
    return statistics.median(wall for wall, _own in taken), statistics.median(own for _wall, own in taken)


def describe(rows: int, size: int, asked: list[Asked]) -> Result:
    """The table."""
    slowest = max(one.seconds for one in asked if one.first is not None)
    cells = [(one.name, f"{one.subjects:,}", ms(one.first), ms(one.seconds), ms(one.processor)) for one in asked]
    figures = {"arrays_megabytes": round(size / 1024**2, 1), "slowest_request_seconds": round(slowest, 3)}
    figures |= {one.name: round(one.seconds, 4) for one in asked}
    figures |= {f"{one.name}, processor": round(one.processor, 4) for one in asked}
    figures |= {f"{one.name}, first": round(one.first, 4) for one in asked if one.first is not None}
    return Result(
        name="what_if",
        title="What if",
        head=("Question", "providers", "first (ms)", "median (ms)", "processor (ms)"),
        rows=cells,
        figures=figures,
        notes=(
            f"One run over {rows:,} facts of {PROVIDERS:,} providers and 25 metrics; medians of {REPEATS}, after one. "
            "The last column is the time that the process itself was at work, whatever else the machine did.",
            "A request goes through the whole portal in one process: session, permission, database, engine, and the "
            "template or serializer. The first one finds nothing in memory and reads the run's arrays from their file "
            f"({size / 1024**2:.0f} MB).",
            f"The slowest request takes {1000 * slowest:.0f} ms; {1000 * LIMIT:.0f} ms were asked for.",
        ),
    )


def ms(seconds: float | None) -> str:
    """Milliseconds, nothing for none."""
    return "" if seconds is None else f"{1000 * seconds:.0f}"
