"""All candidates of some requests, read once: the same number of queries for one request and for a thousand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import BooleanField, Count, ExpressionWrapper, F, FloatField, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast
from numpy.typing import NDArray

from accounts.models import Membership
from accounts.roles import OrganisationKind
from engine.arrays import BoolArray, FloatArray, IntArray
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

Rows = dict[int, list[int]]


@dataclass(frozen=True)
class Field:
    """Every candidate row by row, in the order of `providers`, and what differs by request.

    `cards[i]` is composite, lower, upper and the three arrays of five. `at_stage` counts engagements completed by
    merchant stage; `ended` and `completed` those by category; `fee` is the lowest fee per live room by currency.
    `conflicts` holds rows by the merchant's organisation, `invited` by request.
    """

    providers: IntArray
    admitted: BoolArray
    category: NDArray[Any]
    region: NDArray[Any]
    newcomer: BoolArray
    on_leave: BoolArray
    documents_valid: BoolArray
    room_capacity: FloatArray
    spare_rooms: FloatArray
    asked: FloatArray
    answered: FloatArray
    at_stage: Mapping[str, FloatArray]
    ended: Mapping[str, FloatArray]
    completed: Mapping[str, FloatArray]
    fee: Mapping[str, FloatArray]
    conflicts: Rows
    invited: Rows
    cards: list[tuple[Any, ...] | None]
    lowers: dict[str, FloatArray]
    score_run_id: int | None

    def mark(self, rows: Iterable[int]) -> BoolArray:
        """True at `rows`."""
        marked = np.zeros(len(self.providers), dtype=bool)
        marked[list(rows)] = True
        return marked


def read_field(requests: Sequence[HelpRequest], *, today: date, also: int | None = None) -> Field:
    """All active providers, and provider `also` whatever its state, as `requests` may ask about them."""
    wanted = active() | Provider.objects.filter(pk=also) if also is not None else active()
    rows = list(_read_providers(wanted, today))
    ids, organisations, admitted, category, region, newcomer, on_leave, barred = (
        zip(*rows, strict=True) if rows else ((),) * 8
    )
    rank = {provider: index for index, provider in enumerate(ids)}
    owned = {organisation: index for index, organisation in enumerate(organisations) if organisation is not None}
    rooms = _fill(_read_rooms(), rank, ("capacity", "free"))
    asks = _Asks(requests)
    counts = _fill(asks.read_records(), rank, asks.names)
    cards, run_id = _read_cards(rank, len(rows))
    return Field(
        providers=np.array(ids, dtype=np.int64),
        admitted=np.array(admitted, dtype=bool),
        category=np.array(category, dtype=str),
        region=np.array(region, dtype=str),
        newcomer=np.array(newcomer, dtype=bool),
        on_leave=np.array(on_leave, dtype=bool),
        documents_valid=~np.array(barred, dtype=bool),
        room_capacity=np.nan_to_num(rooms["capacity"]),
        spare_rooms=np.nan_to_num(rooms["free"]),
        asked=np.nan_to_num(counts["asked"]),
        answered=np.nan_to_num(counts["answered"]),
        at_stage={stage: np.nan_to_num(counts[f"at_stage_{stage}"]) for stage in asks.stages},
        ended={category: np.nan_to_num(counts[f"ended_{category}"]) for category in asks.categories},
        completed={category: np.nan_to_num(counts[f"completed_{category}"]) for category in asks.categories},
        fee={currency: counts[f"fee_{currency}"] for currency in asks.currencies},
        conflicts=_group(find_conflicts([request.merchant.organisation_id for request in requests]), owned),
        invited=_group(asks.read_invited(), rank),
        cards=cards,
        lowers=_lowers(cards),
        score_run_id=run_id,
    )


def find_conflicts(merchant_organisations: Sequence[int]) -> QuerySet[Membership, Any]:
    """The organisation of a merchant and that of a provider, for every person who belongs to both."""
    return Membership.objects.filter(
        organisation__in=merchant_organisations,
        ended_at=None,
        user__memberships__ended_at=None,
        user__memberships__organisation__kind=OrganisationKind.PROVIDER,
    ).values_list("organisation", "user__memberships__organisation")


class _Asks:
    """By what the requests ask for records: the values that occur, and the columns of each."""

    def __init__(self, requests: Sequence[HelpRequest]) -> None:
        self.requests = [request.pk for request in requests]
        self.stages = sorted({request.stage for request in requests})
        self.categories = sorted({request.category for request in requests})
        self.currencies = sorted({request.currency for request in requests})
        self.names = (
            "asked",
            "answered",
            *(f"at_stage_{stage}" for stage in self.stages),
            *(f"{what}_{category}" for category in self.categories for what in ("ended", "completed")),
            *(f"fee_{currency}" for currency in self.currencies),
        )

    def read_records(self) -> QuerySet[Invitation, Any]:
        """Provider and `names`: invitations that could be answered, answered ones; work completed at a stage; work in a
        category that ended, and that was completed; the lowest fee per live room at which it agreed to work."""
        done = Q(engagement__status=EngagementStatus.COMPLETED)
        columns: dict[str, Any] = {
            "asked": Count("pk", filter=Q(status__in=ANSWERABLE)),
            "answered": Count("pk", filter=Q(status__in=ANSWERED)),
        }
        for stage in self.stages:
            columns[f"at_stage_{stage}"] = Count("engagement__pk", filter=done & Q(engagement__stage=stage))
        for category in self.categories:
            within = Q(engagement__category=category)
            columns[f"ended_{category}"] = Count("engagement__pk", filter=within & Q(engagement__status__in=ENDED))
            columns[f"completed_{category}"] = Count("engagement__pk", filter=within & done)
        for currency in self.currencies:
            columns[f"fee_{currency}"] = Min(
                Cast(F("engagement__budget_max_minor"), FloatField()) / F("engagement__rooms"),
                filter=Q(engagement__budget_model=BudgetModel.FIXED_FEE, engagement__currency=currency),
            )
        found = Invitation.objects.order_by().values("provider").annotate(**columns)
        return found.values_list("provider", *self.names)

    def read_invited(self) -> QuerySet[Invitation, Any]:
        """Request and provider of every invitation for these requests."""
        return Invitation.objects.order_by().filter(request__in=self.requests).values_list("request", "provider")


def _read_providers(wanted: QuerySet[Provider], today: date) -> QuerySet[Provider, Any]:
    def flag(condition: Q) -> ExpressionWrapper:
        return ExpressionWrapper(condition, output_field=BooleanField())

    return wanted.order_by("pk").values_list(
        "pk",
        "organisation",
        flag(Q(status__in=ACTIVE)),
        "category",
        "region",
        flag(Q(newcomer_until__isnull=False, newcomer_until__gte=today)),
        flag(Q(leave_from__isnull=False, leave_from__lte=today, leave_until__gte=today)),
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


def _fill(found: QuerySet[Any, Any], rank: dict[int, int], names: Sequence[str]) -> dict[str, FloatArray]:
    """Rows (provider, number, ...) as one array per name in the order of `rank`; NaN where a provider has none."""
    table = np.full((len(names), len(rank)), np.nan)
    for provider, *values in found:
        if (index := rank.get(provider)) is not None:
            table[:, index] = [np.nan if value is None else value for value in values]
    return dict(zip(names, table, strict=True))


def _group(pairs: Iterable[tuple[int, int]], rank: dict[int, int]) -> Rows:
    """The row of the second of each pair, by the first; who has no row is left out."""
    rows: Rows = {}
    for holder, other in pairs:
        if (index := rank.get(other)) is not None:
            rows.setdefault(holder, []).append(index)
    return rows


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
