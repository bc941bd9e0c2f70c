"""What matching knows of every candidate of one request, as columns for the engine."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from engine.arrays import BoolArray, FloatArray, IntArray
from engine.fit import Candidates, Need
from merchants.matching.field import Field, read_field
from merchants.requests.enums import BudgetModel
from merchants.requests.models import HelpRequest


@dataclass(frozen=True)
class Features:
    """Candidates of one request, row by row; `cards` as a `Field` has them."""

    need: Need
    candidates: Candidates
    providers: IntArray
    newcomer: BoolArray
    spare_rooms: FloatArray
    cards: FloatArray
    score_run_id: int | None

    def digest(self, request: HelpRequest, weights: dict[str, Any]) -> str:
        """SHA-256 over the need, the weights and every column, the same for the same knowledge."""
        asked = {
            "request": request.pk,
            "needs": request.needs,
            "budget_minor": self.need.budget_minor,
            "rooms": request.rooms,
            "category": request.category,
            "region": request.region,
            "stage": request.stage,
            "score_run": self.score_run_id,
            "weights": weights,
        }
        total = hashlib.sha256(json.dumps(asked, sort_keys=True).encode())
        for name, column in sorted(vars(self.candidates).items()):
            parts = column if isinstance(column, dict) else {"": column}
            for key, values in sorted(parts.items()):
                total.update(f"{name}:{key}".encode())
                total.update(b"" if values is None else np.asarray(values).tobytes())
        return total.hexdigest()


def gather_features(request: HelpRequest, *, today: date, also: int | None = None) -> Features:
    """The columns of all active providers, and of provider `also` whatever its state."""
    return ask_field(read_field([request], today=today, also=also), request)


def ask_field(field: Field, request: HelpRequest) -> Features:
    """The columns for one of the requests for which `field` was read."""
    ended = field.ended[request.category]
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = field.completed[request.category] / ended
    fixed = request.budget_model == BudgetModel.FIXED_FEE
    candidates = Candidates(
        provider=field.providers,
        capabilities=field.lowers,
        stage_engagements=field.at_stage[request.stage],
        category_engagements=ended,
        category_kept=kept,
        spare_rooms=field.spare_rooms,
        room_capacity=field.room_capacity,
        invitations=field.asked,
        answered=field.answered,
        price_minor=field.fee[request.currency] * request.rooms if fixed else None,
        newcomer=field.newcomer,
        admitted=field.admitted,
        documents_valid=field.documents_valid,
        serves_category=field.category == request.category,
        serves_region=np.full(len(field.providers), True) if not request.region else field.region == request.region,
        conflict_of_interest=field.mark(field.conflicts.get(request.merchant.organisation_id, ())),
        declined_before=field.mark(field.invited.get(request.pk, ())),
        on_leave=field.on_leave,
    )
    need = Need(
        capabilities={name: float(level) for name, level in request.needs_by_capability.items()},
        budget_minor=request.budget_max_minor if fixed else None,
        rooms=request.rooms,
    )
    return Features(
        need, candidates, field.providers, field.newcomer, field.spare_rooms, field.cards, field.score_run_id
    )
