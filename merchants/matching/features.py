"""What matching knows of every candidate, gathered in five queries whatever their number, as columns for the engine."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import BooleanField, Count, ExpressionWrapper, F, FloatField, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast

from accounts.models import Membership
from accounts.roles import OrganisationKind
from engine.arrays import BoolArray, FloatArray, IntArray
from engine.fit import Candidates, Need
from merchants.engagements.enums import ENDED, EngagementStatus
from merchants.engagements.selectors import with_load
from merchants.matching.enums import InvitationStatus
from merchants.matching.models import Invitation
from merchants.requests.enums import BudgetModel
from merchants.requests.models import HelpRequest
from providers.documents.selectors import not_invitable
from providers.enums import Capability
from providers.registry.enums import ACTIVE
from providers.registry.models import Provider
from providers.registry.selectors import active
from providers.traders.enums import TraderStatus
from providers.traders.models import Trader
from scoring.capabilities.selectors import current_scorecards

ANSWERED = (InvitationStatus.ACCEPTED, InvitationStatus.DECLINED)
ANSWERABLE = (*ANSWERED, InvitationStatus.EXPIRED)
NOTHING = (None,) * len(Capability)


@dataclass(frozen=True)
class Features:
    """Candidates of one request, row by row. `cards[i]` is composite, lower, upper and the three arrays of five."""

    need: Need
    candidates: Candidates
    providers: IntArray
    newcomer: BoolArray
    spare_rooms: FloatArray
    cards: list[tuple[Any, ...] | None]
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
    wanted = active() | Provider.objects.filter(pk=also) if also is not None else active()
    rows = list(_read_providers(wanted, request, today))
    rank = {row[0]: index for index, row in enumerate(rows)}
    size = len(rows)
    _ids, admitted, serves_category, region, newcomer, on_leave, conflict, barred = (
        zip(*rows, strict=True) if rows else ((),) * 8
    )
    rooms = _fill(_read_rooms(), rank, size, 2)
    records = _fill(_read_records(request), rank, size, 7)
    cards, run_id = _read_cards(rank, size)
    capacity, spare = np.nan_to_num(rooms[0]), np.nan_to_num(rooms[1])
    counts = np.nan_to_num(records[:6])
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = counts[5] / counts[4]
    fixed = request.budget_model == BudgetModel.FIXED_FEE
    new = np.array(newcomer, dtype=bool)
    candidates = Candidates(
        provider=np.array(list(rank), dtype=np.int64),
        capabilities=_lowers(cards),
        stage_engagements=counts[3],
        category_engagements=counts[4],
        category_kept=kept,
        spare_rooms=spare,
        room_capacity=capacity,
        invitations=counts[0],
        answered=counts[1],
        price_minor=records[6] * request.rooms if fixed else None,
        newcomer=new,
        admitted=np.array(admitted, dtype=bool),
        documents_valid=~np.array(barred, dtype=bool),
        serves_category=np.array(serves_category, dtype=bool),
        serves_region=np.array([not request.region or here == request.region for here in region], dtype=bool),
        conflict_of_interest=np.array(conflict, dtype=bool),
        declined_before=counts[2] > 0,
        on_leave=np.array(on_leave, dtype=bool),
    )
    need = Need(
        capabilities={name: float(level) for name, level in request.needs_by_capability.items()},
        budget_minor=request.budget_max_minor if fixed else None,
        rooms=request.rooms,
    )
    return Features(need, candidates, np.array(list(rank), dtype=np.int64), new, spare, cards, run_id)


def conflicted_organisations(merchant_organisation_id: int) -> QuerySet[Membership, Any]:
    """Ids of the providers' organisations of which a member belongs to this merchant too."""
    people = Membership.objects.filter(organisation=merchant_organisation_id, ended_at=None).values("user")
    return Membership.objects.filter(
        user__in=people, ended_at=None, organisation__kind=OrganisationKind.PROVIDER
    ).values("organisation")


def _read_providers(wanted: QuerySet[Provider], request: HelpRequest, today: date) -> QuerySet[Provider, Any]:
    def flag(condition: Q) -> ExpressionWrapper:
        return ExpressionWrapper(condition, output_field=BooleanField())

    return wanted.order_by("pk").values_list(
        "pk",
        flag(Q(status__in=ACTIVE)),
        flag(Q(category=request.category)),
        "region",
        flag(Q(newcomer_until__isnull=False, newcomer_until__gte=today)),
        flag(Q(leave_from__isnull=False, leave_from__lte=today, leave_until__gte=today)),
        flag(
            Q(organisation__isnull=False)
            & Q(organisation__in=conflicted_organisations(request.merchant.organisation_id))
        ),
        flag(Q(pk__in=not_invitable(today))),
    )


def _read_rooms() -> QuerySet[Trader, Any]:
    """Provider, capacity and free places of its active traders."""
    return (
        with_load(Trader.objects.filter(status=TraderStatus.ACTIVE))
        .order_by()
        .values("provider")
        .annotate(capacity=Sum("max_live_rooms"), free=Sum("spare"))
        .values_list("provider", "capacity", "free")
    )


def _read_records(request: HelpRequest) -> QuerySet[Invitation, Any]:
    """Provider; invitations that could be answered, answered ones, those of this request; work completed at the stage,
    ended in the category, of that completed; the lowest fee per live room at which it agreed to work."""
    work = "engagement__"
    in_category = Q(engagement__category=request.category, engagement__status__in=ENDED)
    return (
        Invitation.objects.order_by()
        .values("provider")
        .annotate(
            asked=Count("pk", filter=Q(status__in=ANSWERABLE)),
            answered=Count("pk", filter=Q(status__in=ANSWERED)),
            before=Count("pk", filter=Q(request=request.pk)),
            at_stage=Count(
                f"{work}pk", filter=Q(engagement__status=EngagementStatus.COMPLETED, engagement__stage=request.stage)
            ),
            in_category=Count(f"{work}pk", filter=in_category),
            kept=Count(f"{work}pk", filter=in_category & Q(engagement__status=EngagementStatus.COMPLETED)),
            fee=Min(
                Cast(F(f"{work}budget_max_minor"), FloatField()) / F(f"{work}rooms"),
                filter=Q(engagement__budget_model=BudgetModel.FIXED_FEE, engagement__currency=request.currency),
            ),
        )
        .values_list("provider", "asked", "answered", "before", "at_stage", "in_category", "kept", "fee")
    )


def _fill(found: QuerySet[Any, Any], rank: dict[int, int], size: int, columns: int) -> FloatArray:
    """Rows (provider, number, ...) as `columns` arrays in the order of `rank`; NaN where a provider has none."""
    table = np.full((columns, size), np.nan)
    for provider, *values in found:
        if (index := rank.get(provider)) is not None:
            table[:, index] = [np.nan if value is None else value for value in values]
    return table


def _read_cards(rank: dict[int, int], size: int) -> tuple[list[tuple[Any, ...] | None], int | None]:
    cards: list[tuple[Any, ...] | None] = [None] * size
    run_id = None
    found = (
        current_scorecards()
        .order_by()
        .values_list(
            "provider",
            "run",
            "composite",
            "lower",
            "upper",
            "capability_scores",
            "capability_lowers",
            "capability_uppers",
        )
    )
    for provider, run, *card in found:
        run_id = run
        if (index := rank.get(provider)) is not None:
            cards[index] = tuple(card)
    return cards, run_id


def _lowers(cards: list[tuple[Any, ...] | None]) -> dict[str, FloatArray]:
    """The lower bound of each capability; where a run gave no interval, the score itself."""
    scores = np.array([NOTHING if card is None else card[3] for card in cards], dtype=np.float64)
    lowers = np.array([NOTHING if card is None else card[4] for card in cards], dtype=np.float64)
    table = np.where(np.isnan(lowers), scores, lowers).reshape(len(cards), len(Capability))
    return {name: table[:, index] for index, name in enumerate(Capability.values)}
