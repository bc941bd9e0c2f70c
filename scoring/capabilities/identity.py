"""What goes into a run, pinned by one digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.capabilities.models import ScoreRun, ScoringModel
from scoring.capabilities.subjects import Subject, read_subjects
from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch


@dataclass(frozen=True)
class PinnedInputs:
    """The batches (by id, ascending) and the providers of a run, with the digest of all that it rests on."""

    batches: tuple[FactBatch, ...]
    subjects: Mapping[str, Subject]
    digest: str

    @property
    def batch_ids(self) -> list[int]:
        return [batch.pk for batch in self.batches]


def pin_inputs(model: ScoringModel, as_of: date) -> PinnedInputs:
    """The inputs that a run of `model` as of `as_of` would take now."""
    return build_inputs(model, as_of, batches_for(model, as_of), read_subjects(model.rule))


def batches_for(model: ScoringModel, as_of: date) -> tuple[FactBatch, ...]:
    """The live batches that hold days of the model's windows. Later facts do not change what a past day was."""
    last = as_of - timedelta(days=model.rule.window.settlement_lag)
    first = last - timedelta(days=max(model.rule.days_of(metric)[1] for metric in model.rule.metrics) - 1)
    live = FactBatch.objects.filter(status=FactBatchStatus.LIVE, day_from__lte=last, day_to__gte=first)
    return tuple(live.order_by("pk"))


def pin_inputs_of(run: ScoreRun) -> PinnedInputs:
    """The run's own batches with the providers as they are now."""
    batches = tuple(FactBatch.objects.filter(pk__in=run.batch_ids).order_by("pk"))
    return build_inputs(run.scoring_model, run.as_of, batches, read_subjects(run.scoring_model.rule))


def build_inputs(
    model: ScoringModel, as_of: date, batches: tuple[FactBatch, ...], subjects: Mapping[str, Subject]
) -> PinnedInputs:
    """Put the digest on given batches and providers."""
    # Providers share what is known of them; each combination is put in order once.
    known = {id(who.attributes): who.attributes for who in subjects.values()}
    ordered = {key: sorted(attributes.items()) for key, attributes in known.items()}
    parts = {
        "model": model.digest,
        "as_of": as_of.isoformat(),
        "seed": model.rule.bootstrap.seed,
        "batches": sorted(batch.file_digest for batch in batches),
        "providers": [
            [code, subjects[code].external, ordered[id(subjects[code].attributes)]] for code in sorted(subjects)
        ],
    }
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return PinnedInputs(batches, subjects, hashlib.sha256(canonical.encode()).hexdigest())
