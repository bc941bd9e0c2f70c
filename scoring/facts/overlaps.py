"""No fact twice: what a new file shares with live batches of its source, and what it may supersede."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db.models import QuerySet

from engine.tables import open_connection, quote_literal
from scoring.facts.enums import FactBatchStatus
from scoring.facts.limits import MEMORY_LIMIT, THREADS
from scoring.facts.models import FactBatch
from scoring.facts.refusals import Refusal
from scoring.facts.writing import Written


def find_overlap(facts: Path, batches: Iterable[FactBatch]) -> Refusal | None:
    """The refusal for the first of `batches` that holds a (provider, day) which the file `facts` holds too."""
    rivals = list(batches)
    if not rivals:
        return None
    mine = f"SELECT DISTINCT provider, day FROM read_parquet({quote_literal(str(facts))})"
    with open_connection(threads=THREADS, memory_limit=MEMORY_LIMIT) as connection:
        connection.execute(f"CREATE TEMP TABLE mine AS {mine}")
        for rival in rivals:
            theirs = f"read_parquet({quote_literal(str(rival.file))})"
            found = connection.execute(
                "SELECT count(DISTINCT provider), min(day), max(day) FROM mine SEMI JOIN "
                f"{theirs} AS theirs ON mine.provider = theirs.provider AND mine.day = theirs.day"
            ).fetchone()
            if found and found[0]:
                return Refusal(
                    "overlap",
                    field="supersedes",
                    batch=rival.pk,
                    source=rival.source,
                    providers=found[0],
                    since=found[1].isoformat(),
                    until=found[2].isoformat(),
                )
    return None


def check_superseded(ids: Sequence[int], *, source: str, written: Written | None = None) -> QuerySet[FactBatch]:
    """Raise Refusal unless the batches named are live, of the same source and, once the days are known, wholly within
    the days of the new file: a batch is replaced whole, so nothing else may vanish with it."""
    batches = FactBatch.objects.filter(pk__in=ids).order_by("pk")
    found = {batch.pk: batch for batch in batches}
    for pk in ids:
        batch = found.get(pk)
        if batch is None or batch.status != FactBatchStatus.LIVE:
            raise Refusal("supersedes_not_live", field="supersedes", batch=pk)
        if batch.source != source:
            raise Refusal("supersedes_other_source", field="supersedes", batch=pk, other=batch.source, source=source)
        if written is None or batch.day_from is None or batch.day_to is None:
            continue
        if batch.day_from < written.day_from or batch.day_to > written.day_to:
            raise Refusal(
                "supersedes_more_days",
                field="supersedes",
                batch=pk,
                since=batch.day_from.isoformat(),
                until=batch.day_to.isoformat(),
            )
    return batches
