"""The Parquet file of a batch: sorted by week and provider, zstd, one row per provider, merchant, trader and day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext_noop

from engine.columns import FACT_COLUMN_NAMES, KEY_COLUMNS
from scoring.facts.limits import MAX_VALUE
from scoring.facts.profiles import Profile
from scoring.facts.refusals import Refusal
from scoring.facts.sources import digest_file
from scoring.facts.workbench import Workbench, quote_literal

WRITING = gettext_noop("Write the facts")
# A provider's facts of a week lie together: sums by provider then take about half the time that they take over facts
# sorted by day, a provider's own facts are found in few places, and a file of many weeks is still read week by week.
ORDER = "date_trunc('week', day), provider, day, merchant, trader"


@dataclass(frozen=True)
class Written:
    """A finished file, not yet in its place."""

    path: Path
    rows: int
    day_from: date
    day_to: date
    provider_count: int
    digest: str
    size: int


def write_facts(bench: Workbench, profile: Profile, *, folder: Path) -> Written:
    """Write the good rows of `judged`. The same rows always give the same bytes, for one version of DuckDB."""
    path = folder / "facts.parquet"
    keys = ", ".join(KEY_COLUMNS)
    good = "judged WHERE NOT faulty AND NOT again"
    if profile.aggregate:
        sums = ", ".join(f"CAST(least(sum({name}), {MAX_VALUE} + 1) AS BIGINT) AS {name}" for name in FACT_COLUMN_NAMES)
        rows = f"SELECT {keys}, {sums} FROM {good} GROUP BY {keys}"
    else:
        rows = f"SELECT {keys}, {', '.join(FACT_COLUMN_NAMES)} FROM {good}"
    bench.run(
        f"COPY ({rows} ORDER BY {ORDER}) TO {quote_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)", WRITING
    )
    reader = f"read_parquet({quote_literal(str(path))})"
    count, day_from, day_to, providers = bench.row(
        f"SELECT count(*), min(day), max(day), count(DISTINCT provider) FROM {reader}"
    )
    if profile.aggregate:
        highest = bench.row(f"SELECT {', '.join(f'max({name})' for name in FACT_COLUMN_NAMES)} FROM {reader}")
        for name, high in zip(FACT_COLUMN_NAMES, highest, strict=True):
            if high > MAX_VALUE:
                raise Refusal("too_large_sum", column=name)
    return Written(path, count, day_from, day_to, providers, digest_file(path), path.stat().st_size)
