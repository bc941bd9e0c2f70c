"""All candidates of some requests, read once: the same number of queries for one request and for a thousand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from django.db.models import BooleanField, Count, ExpressionWrapper, F, FloatField, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast
from numpy.typing import NDArray

from accounts.models import Membership
from accounts.roles import OrganisationKind
from engine.arrays import BoolArray, FloatArray, IntArray
from merchants.engagements.enums import ENDED, EngagementStatus
from merchants.engagements.selectors import open_assignments, with_load
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
from scoring.capabilities.models import Scorecard
from scoring.capabilities.selectors import current_run

ANSWERED = (InvitationStatus.ACCEPTED, InvitationStatus.DECLINED)
ANSWERABLE = (*ANSWERED, InvitationStatus.EXPIRED)
CARD_NUMBERS = ("composite", "lower", "upper")
CARD_FIVES = ("capability_scores", "capability_lowers", "capability_uppers")
CARD_WIDTH = len(CARD_NUMBERS) + len(CARD_FIVES) * len(Capability)

Rows = dict[int, list[int]]


@dataclass(frozen=True)
class Field:
    """Every candidate row by row, in the order of `providers`, and what differs by request.

    `cards` has a row of `read_cards` for each, without its provider; NaN where there is none. `at_stage` counts
    engagements completed by merchant stage; `ended` and `completed` those by category; `fee` is the lowest fee per live
    room by currency. `conflicts` holds rows by the merchant's organisation, `invited` by request.
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
    cards: FloatArray
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
    providers = np.array(ids, dtype=np.int64)
    rank = {provider: index for index, provider in enumerate(ids)}
    owned = {organisation: index for index, organisation in enumerate(organisations) if organisation is not None}
    capacity, spare = _read_rooms(providers)
    asks = _Asks(requests)
    counts = _fill(asks.read_records(), providers, asks.names)
    run = current_run()
    cards = _place(read_cards(run.pk), providers) if run else np.full((len(ids), CARD_WIDTH), np.nan)
    return Field(
        providers=providers,
        admitted=np.array(admitted, dtype=bool),
        category=np.array(category, dtype=str),
        region=np.array(region, dtype=str),
        newcomer=np.array(newcomer, dtype=bool),
        on_leave=np.array(on_leave, dtype=bool),
        documents_valid=~np.array(barred, dtype=bool),
        room_capacity=capacity,
        spare_rooms=spare,
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
        score_run_id=run.pk if run else None,
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


def _read_rooms(providers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Live rooms of each provider's active traders together, and those of them that are free. A trader that runs more
    than it should has none free, and takes none from its colleagues."""
    active_traders = Trader.objects.filter(status=TraderStatus.ACTIVE).order_by()
    capacity = active_traders.values("provider").annotate(total=Sum("max_live_rooms"))
    busy = with_load(active_traders.filter(pk__in=open_assignments().values("trader")))
    taken = busy.values("provider").annotate(total=Sum(F("max_live_rooms") - F("spare")))
    rooms, used = (
        np.nan_to_num(_fill(found.values_list("provider", "total"), providers, ("total",))["total"])
        for found in (capacity, taken)
    )
    return rooms, rooms - used


def _fill(found: Iterable[tuple[Any, ...]], providers: IntArray, names: Sequence[str]) -> dict[str, FloatArray]:
    """Rows (provider, number, ...) as one array per name in the order of `providers`, which ascend; NaN where a
    provider has none."""
    rows = np.array(list(found), dtype=np.float64).reshape(-1, 1 + len(names))
    return dict(zip(names, _place(rows, providers).T, strict=True))


def _place(rows: FloatArray, providers: IntArray) -> FloatArray:
    """Rows that begin with a provider, without it and in the order of `providers`, which ascend; NaN where there is
    none."""
    table = np.full((len(providers), rows.shape[1] - 1), np.nan)
    if len(providers):
        place = np.minimum(np.searchsorted(providers, rows[:, 0]), len(providers) - 1)
        known = providers[place] == rows[:, 0]
        table[place[known]] = rows[known, 1:]
    return table


def _group(pairs: Iterable[tuple[int, int]], rank: dict[int, int]) -> Rows:
    """The row of the second of each pair, by the first; who has no row is left out."""
    rows: Rows = {}
    for holder, other in pairs:
        if (index := rank.get(other)) is not None:
            rows.setdefault(holder, []).append(index)
    return rows


@lru_cache(maxsize=2)
def read_cards(run_id: int) -> FloatArray:
    """The scorecards of a finished run, one row each: provider, composite, lower, upper, and the scores, lower and
    upper bounds of the five capabilities; NaN where not assessed. They never change, so a process reads them once."""
    found = Scorecard.objects.filter(run=run_id).order_by().values_list("provider", *CARD_NUMBERS, *CARD_FIVES)
    unknown = (None,) * len(Capability)
    rows = [(*row[:4], *(value for five in row[4:] for value in five or unknown)) for row in found]
    table = np.array(rows, dtype=np.float64).reshape(-1, 1 + CARD_WIDTH)
    table.flags.writeable = False
    return table


def _lowers(cards: FloatArray) -> dict[str, FloatArray]:
    """The lower bound of each capability; where a run gave no interval, the score itself."""
    scores, lowers, _uppers = np.split(cards[:, len(CARD_NUMBERS) :], len(CARD_FIVES), axis=1)
    table = np.where(np.isnan(lowers), scores, lowers)
    return {name: table[:, index] for index, name in enumerate(Capability.values)}
