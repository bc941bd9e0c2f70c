"""A portal with generated facts: providers, their batches, and the first model in force without and with intervals."""

import hashlib
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from django.conf import settings
from django.db import connection

import engine
from bench.generate import PROVIDERS, write_fact_files
from bench.night import make_providers
from engine.tables import quote_literal
from providers.enums import ProviderType
from providers.registry.models import Provider
from scoring.capabilities.models import ScoringModel
from scoring.capabilities.services import announce, create_draft, publish
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch

# The last day of the first year of facts counts on this day, after the settlement lag of the model.
AS_OF = date(2025, 1, 14)
NIGHTS = 6
MODEL = Path(engine.__file__).parent / "models" / "five_capabilities.toml"
NOW = datetime(2025, 1, 10, 4, tzinfo=UTC)


def build_world(rows: int, folder: Path) -> list[Path]:
    """Everything that a score run needs; gives the files of facts. `folder` becomes FACTS_ROOT."""
    settings.FACTS_ROOT = folder
    os.environ["FACTS_URL"] = folder.as_uri()  # for the processes that do the work
    (folder / "batches").mkdir()
    if not Provider.objects.exists():
        make_providers(PROVIDERS)
        spread_types()
    FactBatch.objects.all().delete()
    files = write_fact_files(folder / "batches", rows, days=365 + NIGHTS, daily_from=365)
    for path in files:
        take_in(path)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return files


def spread_types() -> None:
    """Codes as in the facts, and the types by turns, so that peer groups are many."""
    types = ProviderType.values
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE providers_provider SET code = 'P' || lpad((substr(code, 3)::int + 1)::text, 6, '0'), "
            "provider_type = (%s)[substr(code, 3)::int %% %s + 1]",
            [list(types), len(types)],
        )


def take_in(path: Path) -> None:
    """The catalogue row of a file that is there already."""
    with duckdb.connect() as session:
        found = session.execute(
            f"SELECT count(*), min(day), max(day), count(DISTINCT provider) FROM {quote_literal(str(path))}"
        ).fetchone()
    assert found is not None  # noqa: S101 - one row always
    rows, day_from, day_to, providers = found
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    FactBatch.objects.create(
        status=FactBatchStatus.LIVE,
        source="bench",
        profile="standard",
        profile_digest="0" * 64,
        file_name=path.name,
        kind="parquet",
        digest=digest,
        source_bytes=path.stat().st_size,
        day_from=day_from,
        day_to=day_to,
        source_rows=rows,
        rows=rows,
        provider_count=providers,
        path=str(path.relative_to(settings.FACTS_ROOT)),
        file_digest=digest,
        file_bytes=path.stat().st_size,
        imported_at=NOW,
    )


def publish_model(replicates: int) -> ScoringModel:
    """The first model with so many replicates, in force."""
    version = f"bench-{replicates}"
    found = ScoringModel.objects.filter(model_version=version).first()
    if found is not None:
        return found
    text = MODEL.read_text(encoding="utf-8").replace('version = "2026.1"', f'version = "{version}"', 1)
    text = text.replace("replicates = 200", f"replicates = {replicates}", 1)
    first = not ScoringModel.objects.filter(published_at__isnull=False).exists()
    early = NOW if first else NOW - timedelta(days=30)
    model = create_draft(definition=text, by=None, now=early)
    announce(model_id=model.pk, by=None, effective_from=early.date() if first else None, now=early)
    return publish(model_id=model.pk, by=None, now=NOW)
