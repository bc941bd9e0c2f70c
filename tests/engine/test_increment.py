"""The nightly increment equals the full run bit for bit, whatever days come, leave or bring new providers."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.compile import Sums, run_sums
from engine.decay import anchor_of
from engine.increment import advance_sums, save_sums
from engine.inputs import inputs_from_sums
from engine.model_toml import dump_model, load_model
from engine.scoring import score
from engine.tables import Table, open_connection, write_table

MODEL = load_model("""
key = "nightly"
version = "1"
source = "facts"
columns = ["orders", "clicks", "gmv_minor", "refunded_gmv_minor"]
[window]
days = 30
wider_days = 120
half_life = 20.0
settlement_lag = 3
[bootstrap]
replicates = 0
[[capabilities]]
key = "all"
weight = 1.0
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
[[metrics]]
key = "net"
capability = "all"
weight = 0.25
numerator = "gmv_minor - refunded_gmv_minor"
denominator = "orders / 2"
half_life = 35.0
days = 60
prior = { kind = "moments", noise = "blocks" }
[[metrics]]
key = "plain"
capability = "all"
weight = 0.25
numerator = "clicks"
half_life = 0
""")
BESIDE = ("gmv_minor - refunded_gmv_minor",)
LAST = date(2026, 3, 17)


def write_days(folder: Path, first: int, count: int, *, seed: int, providers: tuple[int, int] = (0, 15)) -> Path:
    """Facts of `count` days from the day `first` after LAST; some rows name no merchant, some days hold nothing."""
    rng = np.random.default_rng(seed)
    rows = 12 * count
    day = np.datetime64(LAST) + (first + rng.integers(0, count, rows)).astype("timedelta64[D]")
    keep = (day - np.datetime64("2026-01-01")).astype(int) % 11 != 3
    keep[0] = True
    table: Table = {
        "provider": np.array([f"P{number:02}" for number in rng.integers(*providers, rows)], dtype=object),
        "day": day,
        "merchant": np.array([None, "M1", "M2", "M3", "M4"], dtype=object)[rng.integers(0, 5, rows)],
        "orders": rng.integers(0, 50, rows),
        "clicks": rng.integers(0, 900, rows),
        "gmv_minor": rng.integers(0, 10**9, rows),
        "refunded_gmv_minor": rng.integers(0, 10**8, rows),
    }
    path = folder / f"{first + 1000}-{count}-{seed}.parquet"
    write_table(path, {name: column[keep] for name, column in table.items()})
    return path


def as_of(step: int) -> date:
    return LAST + timedelta(days=3 + step)


def full(files: list[Path], step: int) -> Sums:
    with open_connection(threads=2) as connection:
        return run_sums(connection, MODEL, as_of=as_of(step), files=files, beside=BESIDE)


def save_full(files: list[Path], step: int, folder: Path) -> None:
    folder.mkdir()
    with open_connection(threads=2) as connection:
        save_sums(connection, run_sums(connection, MODEL, as_of=as_of(step), files=files, beside=BESIDE), folder)


def advance(saved: Path, files: list[Path], step: int, *, keep: Path | None = None) -> Sums | None:
    with open_connection(threads=2) as connection:
        sums = advance_sums(connection, MODEL, saved, as_of=as_of(step), files=files, beside=BESIDE)
        if sums is not None and keep is not None:
            keep.mkdir()
            save_sums(connection, sums, keep)
    return sums


def equal(first: Sums, second: Sums) -> None:
    assert first.subjects.tolist() == second.subjects.tolist()
    for name in ("bands", "rows", "weeks", "merchants"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.capped is None) == (second.capped is None)
    if first.capped is not None and second.capped is not None:
        for name in ("provider", "merchant", "subject", "counted", "bands", "rows", "weeks"):
            np.testing.assert_array_equal(getattr(first.capped, name), getattr(second.capped, name))
        for name, column in first.capped.spans.items():
            np.testing.assert_array_equal(column, second.capped.spans[name])
    model = first.plan.model
    scores = [score(model, inputs_from_sums(model, sums)) for sums in (first, second)]
    assert scores[0].composite.tobytes() == scores[1].composite.tobytes()
    assert first.beside(BESIDE[0]).tolist() == second.beside(BESIDE[0]).tolist()


def test_a_month_of_nights_equals_full_runs(tmp_path: Path) -> None:
    """Every night a day comes; new providers appear, others fall silent; a week begins and one leaves each window."""
    files = [write_days(tmp_path, -150, 151, seed=1), write_days(tmp_path, -118, 4, seed=2, providers=(30, 33))]
    save_full(files, 0, tmp_path / "0")
    before = full(files, 0)
    assert {"P30", "P31", "P32"} <= set(before.subjects)
    taken = 0
    for night in range(1, 31):
        files.append(write_days(tmp_path, night, 1, seed=100 + night, providers=(0, 15 + night // 10)))
        sums = advance(tmp_path / str(night - 1), files, night, keep=tmp_path / str(night))
        if sums is None:  # the weights start again
            save_full(files, night, tmp_path / str(night))
            continue
        taken += 1
        equal(sums, full(files, night))
    assert taken >= 27
    assert not {"P30", "P31", "P32"} & set(full(files, 30).subjects)
    assert "P17" in set(full(files, 30).subjects)


@pytest.mark.parametrize("step", [2, 7, 9, 20])
def test_several_days_at_once(tmp_path: Path, step: int) -> None:
    """A portal that slept; one file may hold days of both sides."""
    files = [write_days(tmp_path, -150, 190, seed=4)]
    save_full(files, 0, tmp_path / "saved")
    sums = advance(tmp_path / "saved", files, step)
    moved = any(
        anchor_of(LAST, half_life) != anchor_of(LAST + timedelta(days=step), half_life) for half_life in (20.0, 35.0)
    )
    assert (sums is None) == moved
    if sums is not None:
        equal(sums, full(files, step))


def test_where_only_a_full_run_gives_the_sums(tmp_path: Path) -> None:
    files = [write_days(tmp_path, -150, 250, seed=5)]
    save_full(files, 0, tmp_path / "saved")
    assert advance(tmp_path / "saved", files, 0) is None  # the same day
    assert advance(tmp_path / "saved", files, -1) is None
    assert advance(tmp_path / "saved", files, 31) is None  # more than a whole band has passed
    with open_connection() as connection:
        other = load_model(dump_model(MODEL).replace(chr(34) + "1" + chr(34), chr(34) + "2" + chr(34), 1))
        assert advance_sums(connection, other, tmp_path / "saved", as_of=as_of(1), files=files, beside=BESIDE) is None
        assert advance_sums(connection, MODEL, tmp_path / "saved", as_of=as_of(1), files=files) is None
    (tmp_path / "saved" / "sums.npz").write_bytes(b"cut off")
    with pytest.raises((OSError, ValueError)):
        advance(tmp_path / "saved", files, 1)
