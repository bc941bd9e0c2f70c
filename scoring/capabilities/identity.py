"""What goes into a run, pinned by one digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from engine.reach import farthest, first_lag
from engine.tables import Table
from engine.version import VERSION
from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.capabilities.subjects import Subject, read_subjects
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.adjustment_selectors import adjustments_between
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch
from scoring.facts.related_models import RelatedMerchant
from scoring.facts.related_selectors import open_pairs, pairs_by_id

# Runs of the first form knew no adjustments, no related merchants and no exclusions, those of the second did not name
# the engine. The digests of their inputs stay what they were.
FIRST_FORM, SECOND_FORM, PRESENT_FORM = 1, 2, 3


@dataclass(frozen=True)
class PinnedInputs:
    """What a run rests on (batches, adjustments and related merchants by id, ascending; providers by code), with the
    digest of all of it. Facts of a related pair do not count."""

    batches: tuple[FactBatch, ...]
    adjustments: tuple[Adjustment, ...]
    related: tuple[RelatedMerchant, ...]
    subjects: Mapping[str, Subject]
    form: int
    digest: str

    @property
    def batch_ids(self) -> list[int]:
        return [batch.pk for batch in self.batches]

    @property
    def adjustment_ids(self) -> list[int]:
        return [one.pk for one in self.adjustments]

    @property
    def related_ids(self) -> list[int]:
        return [pair.pk for pair in self.related]

    @property
    def files(self) -> list[Path]:
        """The Parquet files that the one statement reads: batches and corrections alike."""
        return [*(batch.file for batch in self.batches), *(one.file for one in self.adjustments)]

    @property
    def left_out(self) -> Table:
        """The pairs whose facts do not count."""
        return {
            "provider": np.array([pair.provider.code for pair in self.related], dtype=object),
            "merchant": np.array([pair.merchant for pair in self.related], dtype=object),
        }


def pin_inputs(model: ScoringModel, as_of: date) -> PinnedInputs:
    """The inputs that a run of `model` as of `as_of` would take now."""
    first, last = days_of(model, as_of)
    return build_inputs(
        model,
        as_of,
        batches=batches_for(model, as_of),
        adjustments=tuple(adjustments_between(first, last)),
        related=tuple(open_pairs()),
        subjects=read_subjects(model.rule),
    )


def days_of(model: ScoringModel, as_of: date) -> tuple[date, date]:
    """The first day that any window of the model reaches, and the day itself: what does not settle yet is told too."""
    return as_of - timedelta(days=first_lag(model.rule) + farthest(model.rule) - 1), as_of


def batches_for(model: ScoringModel, as_of: date) -> tuple[FactBatch, ...]:
    """The live batches that hold days of the model's windows. Later facts do not change what a past day was."""
    first, last = days_of(model, as_of)
    live = FactBatch.objects.filter(status=FactBatchStatus.LIVE, day_from__lte=last, day_to__gte=first)
    return tuple(live.order_by("pk"))


def pin_inputs_of(run: ScoreRun) -> PinnedInputs:
    """The run's own batches, adjustments and related merchants with the providers as they are now."""
    return inputs_of(run, read_subjects(run.scoring_model.rule))


def inputs_of(run: ScoreRun, subjects: Mapping[str, Subject]) -> PinnedInputs:
    """What the run names, with given providers."""
    return build_inputs(
        run.scoring_model,
        run.as_of,
        batches=tuple(FactBatch.objects.filter(pk__in=run.batch_ids).order_by("pk")),
        adjustments=tuple(Adjustment.objects.filter(pk__in=run.adjustment_ids).order_by("pk")),
        related=tuple(pairs_by_id(run.related_ids)),
        subjects=subjects,
        form=run.digest_form,
        engine=run.engine_version,
    )


def build_inputs(
    model: ScoringModel,
    as_of: date,
    *,
    batches: tuple[FactBatch, ...],
    adjustments: tuple[Adjustment, ...],
    related: tuple[RelatedMerchant, ...],
    subjects: Mapping[str, Subject],
    form: int = PRESENT_FORM,
    engine: int = VERSION,
) -> PinnedInputs:
    """Put the digest on given inputs."""
    # Providers share what is known of them; each combination is put in order once.
    known = {id(who.attributes): who.attributes for who in subjects.values()}
    ordered = {key: sorted(attributes.items()) for key, attributes in known.items()}
    parts: dict[str, Any] = {
        "model": model.digest,
        "as_of": as_of.isoformat(),
        "seed": model.rule.bootstrap.seed,
        "batches": digests_of(batches),
        "providers": [
            [code, subjects[code].external, ordered[id(subjects[code].attributes)]] for code in sorted(subjects)
        ],
    }
    if form > FIRST_FORM:
        parts["adjustments"] = digests_of(adjustments)
        parts["related"] = sorted([pair.provider.code, pair.merchant] for pair in related)
    if form > SECOND_FORM:
        parts["engine"] = engine
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return PinnedInputs(batches, adjustments, related, subjects, form, digest)


def digests_of(stored: Iterable[FactBatch | Adjustment]) -> list[str]:
    """The contents of some files, in no order of their own."""
    return sorted(one.file_digest for one in stored)
