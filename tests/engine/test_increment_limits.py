"""The nightly increment where metrics wait, merchants are capped, pairs are left out and facts are corrected."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.compile import Sums, run_sums
from engine.draws import run_draws
from engine.increment import advance_sums, moving_days, save_sums
from engine.inputs import inputs_from_sums
from engine.intervals import bootstrap_intervals
from engine.model import ScoringModel
from engine.model_toml import load_model
from engine.reach import cut_points
from engine.tables import Table, open_connection, write_table
from tests.engine.test_increment import BESIDE, LAST, equal, write_days

# Clicks count at once; what reads orders waits for nine days. The first metric's window ends within the model's own.
MODEL = load_model("""
key = "limits"
version = "1"
source = "facts"
columns = ["orders", "clicks", "gmv_minor", "refunded_gmv_minor"]
[window]
days = 30
wider_days = 120
half_life = 20.0
settlement_lag = 9
settled = ["orders", "gmv_minor"]
[integrity]
merchant_share = 0.35
[bootstrap]
replicates = 30
[[capabilities]]
key = "all"
weight = 1.0
[[metrics]]
key = "interest"
capability = "all"
weight = 0.5
numerator = "clicks"
denominator = "clicks + refunded_gmv_minor / 100000000"
days = 21
minimum_merchants = 2
prior = { kind = "moments", noise = "blocks" }
[[metrics]]
key = "conversion"
capability = "all"
weight = 0.5
numerator = "orders"
denominator = "clicks"
minimum = 20
minimum_merchants = 3
prior = { kind = "moments", noise = "blocks" }
winsor = [0.01, 0.99]
""")
OUT: Table = {
    "provider": np.array(["P03", "P04", "P05"], dtype=object),
    "merchant": np.array(["M1", "M2", "M9"], dtype=object),
}


def facts_of(folder: Path) -> list[Path]:
    """A file for each ten days, and corrections below zero of days within the windows."""
    files = [write_days(folder, first, 10, seed=first + 500) for first in range(-150, 60, 10)]
    rng = np.random.default_rng(9)
    days = np.datetime64(LAST) - rng.integers(5, 100, 12).astype("timedelta64[D]")
    fixed: Table = {
        "provider": np.array([f"P{number:02}" for number in range(12)], dtype=object),
        "day": days,
        "merchant": np.array(["M1", "M2", None] * 4, dtype=object),
        "orders": -rng.integers(1, 20, 12),
        "clicks": np.zeros(12, dtype=np.int64),
        "gmv_minor": -rng.integers(1, 10**6, 12),
        "refunded_gmv_minor": np.zeros(12, dtype=np.int64),
    }
    write_table(folder / "corrections.parquet", fixed)
    return [*files, folder / "corrections.parquet"]


def as_of(step: int) -> object:
    return LAST + timedelta(days=step)


def full(model: ScoringModel, files: list[Path], step: int, folder: Path | None = None) -> Sums:
    with open_connection(threads=2) as connection:
        sums = run_sums(connection, model, as_of=as_of(step), files=files, left_out=OUT, beside=BESIDE)
        if folder is not None:
            folder.mkdir()
            save_sums(connection, sums, folder)
    return sums


def moved_files(model: ScoringModel, files: list[Path], before: int, step: int) -> list[Path]:
    """The corrections, and the files of ten days that hold a day that moves."""
    spans = moving_days(model, as_of(before), as_of(step))
    found = []
    for file in files:
        first = LAST + timedelta(days=int(file.stem.split("-")[0]) - 1000) if file.stem[0].isdigit() else None
        if first is None or any(first <= last and first + timedelta(days=9) >= begin for begin, last in spans):
            found.append(file)
    return found


def test_the_cut_points_are_all_waits_and_ends() -> None:
    assert cut_points(MODEL) == (0, 9, 21, 30, 39, 120, 129)


@pytest.mark.parametrize("nights", [1, 3, 9])
def test_nights_equal_full_runs(tmp_path: Path, nights: int) -> None:
    files = facts_of(tmp_path)
    # Without decay no weights start again, so that every night can go on.
    model = replace(MODEL, window=replace(MODEL.window, half_life=0.0))
    full(model, files, 0, tmp_path / "saved-0")
    capped: set[tuple[str, str]] = set()
    came, went = 0, 0
    for step in range(nights, 37, nights):
        saved, keep = tmp_path / f"saved-{step - nights}", tmp_path / f"saved-{step}"
        keep.mkdir()
        moving = moved_files(model, files, step - nights, step)
        assert nights > 3 or len(moving) < len(files)
        with open_connection(threads=2) as connection:
            sums = advance_sums(
                connection, model, saved, as_of=as_of(step), files=moving, whole=files, left_out=OUT, beside=BESIDE
            )
            assert sums is not None
            save_sums(connection, sums, keep)
        equal(sums, full(model, files, step))
        now = set() if sums.capped is None else set(zip(sums.capped.provider, sums.capped.merchant, strict=True))
        came, went = came + len(now - capped), went + len(capped - now)
        capped = now
    assert came > 5
    assert went > 5


def test_decay_goes_on_until_the_weights_start_again(tmp_path: Path) -> None:
    files = facts_of(tmp_path)
    found = 0
    for step in range(0, 40, 4):
        full(MODEL, files, step, tmp_path / f"saved-{step}")
        with open_connection(threads=2) as connection:
            sums = advance_sums(
                connection,
                MODEL,
                tmp_path / f"saved-{step}",
                as_of=as_of(step + 2),
                files=files,
                left_out=OUT,
                beside=BESIDE,
            )
        if sums is not None:
            found += 1
            equal(sums, full(MODEL, files, step + 2))
    assert found >= 8


def test_intervals_of_an_increment_equal_those_of_a_full_run(tmp_path: Path) -> None:
    files = facts_of(tmp_path)
    full(MODEL, files, 1, tmp_path / "saved")
    with open_connection(threads=2) as connection:
        ours = advance_sums(
            connection, MODEL, tmp_path / "saved", as_of=as_of(2), files=files, left_out=OUT, beside=BESIDE
        )
        assert ours is not None
        theirs = full(MODEL, files, 2)
        bounds = []
        for sums in (ours, theirs):
            draws = run_draws(connection, sums, files=files, left_out=OUT)
            bounds.append(bootstrap_intervals(MODEL, sums, inputs_from_sums(MODEL, sums), draws))
    assert np.isfinite(bounds[0].lower).any()
    assert bounds[0].lower.tobytes() == bounds[1].lower.tobytes()
    assert bounds[0].upper.tobytes() == bounds[1].upper.tobytes()


def test_the_sums_of_some_providers_keep_their_capped_merchants(tmp_path: Path) -> None:
    sums = full(MODEL, facts_of(tmp_path), 0)
    keep = np.arange(len(sums.subjects)) % 2 == 0
    part, whole = sums.take(keep), inputs_from_sums(MODEL, sums)
    some = inputs_from_sums(MODEL, part)
    assert part.capped is not None
    assert set(part.capped.provider) <= set(part.subjects)
    for name in ("numerator", "denominator", "evidence", "merchants"):
        np.testing.assert_array_equal(getattr(some.wide, name), getattr(whole.wide, name)[keep])
