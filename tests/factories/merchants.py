"""Merchants, requests, invitations and engagements for tests, made through the services."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from common.jobs.services import request_cancel
from merchants.clocks import business_day
from merchants.engagements.models import Engagement
from merchants.matching.answer_services import accept_invitation
from merchants.matching.models import Invitation
from merchants.matching.services import invite, make_shortlist
from merchants.registry.models import Merchant
from merchants.registry.services import register_merchant
from merchants.requests.enums import BudgetModel, Goal, Mode, TargetMetric
from merchants.requests.models import HelpRequest
from merchants.requests.services import create_help_request, submit_help_request
from merchants.rounds.models import MatchRound
from merchants.rounds.services import commit_round, start_round
from merchants.rounds.work import prepare
from providers.enums import Category, Region
from providers.registry.models import Provider
from providers.traders.selectors import active_of
from scoring.capabilities.enums import CardStatus, ModelStatus, RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun, ScoringModel
from scoring.capabilities.selectors import MODEL_KEY
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_provider, make_trader, owner_of

_numbers = count(1)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Monday
IN_TIME = NOON + timedelta(hours=1)
TOO_LATE = NOON + timedelta(hours=24)

COMPLETE: dict[str, Any] = {
    "title": "Reach the first half million",
    "goal": Goal.FIRST_500K,
    "target_metric": TargetMetric.MONTHLY_GMV,
    "target_amount": 50_000_000,
    "target_by": date(2099, 9, 1),
    "description": "Evening rooms, six days a week.",
    "needs": {"live_operations": 3, "supply_chain": 1},
    "category": Category.APPAREL,
    "rooms": 2,
    "budget_model": BudgetModel.FIXED_FEE,
    "budget_min_minor": 2_000_000,
    "budget_max_minor": 5_000_000,
    "mode": Mode.I_PICK,
}


def make_merchant(*, by: User | None = None, **fields: Any) -> Merchant:
    """A shop owned by `by`, else by a new person."""
    number = next(_numbers)
    values = {
        "code": f"M{number:06d}",
        "name": f"Willow Shop {number}",
        "category": Category.APPAREL,
        "region": Region.ZHEJIANG,
        "followers": 50_000,
        **fields,
    }
    return register_merchant(by=by or make_user(), **values)


def owner_of_shop(merchant: Merchant) -> User:
    """The person who registered `merchant`, read anew so that no permissions are remembered."""
    return User.objects.get(pk=merchant.registered_by_id)


def make_request(merchant: Merchant | None = None, *, now: datetime = NOON, **fields: Any) -> HelpRequest:
    """A complete draft."""
    merchant = merchant or make_merchant()
    return create_help_request(
        merchant_id=merchant.pk, data={**COMPLETE, **fields}, by=owner_of_shop(merchant), now=now
    )


def make_open_request(merchant: Merchant | None = None, *, now: datetime = NOON, **fields: Any) -> HelpRequest:
    """A request that waits for its shortlist."""
    request = make_request(merchant, now=now, **fields)
    return submit_help_request(request_id=request.pk, by=owner_of_shop(request.merchant), now=now)


def make_ready_provider(*, traders: int = 1, max_live_rooms: int = 5, **fields: Any) -> Provider:
    """An active provider with places free."""
    provider = make_provider(status="probation", **fields)
    for _ in range(traders):
        make_trader(provider, max_live_rooms=max_live_rooms)
    return provider


def make_shortlisted_request(
    providers: int = 3, merchant: Merchant | None = None, *, now: datetime = NOON, **fields: Any
) -> HelpRequest:
    """A request with a shortlist of so many new providers (in mode "refer me" the first is invited)."""
    for _ in range(providers):
        make_ready_provider()
    with transaction.atomic():  # the job that submitting sends runs after the commit and finds its work done
        request = make_open_request(merchant, now=now, **fields)
        return make_shortlist(request_id=request.pk, by=None, now=now)


def make_invitation(request: HelpRequest | None = None, *, now: datetime = NOON) -> Invitation:
    """An open invitation to the best candidate."""
    request = request or make_shortlisted_request(now=now)
    shortlist = request.shortlists.first()
    assert shortlist is not None
    best = shortlist.candidates.select_related("provider").get(position=1)
    return invite(request_id=request.pk, provider_code=best.provider.code, by=owner_of_shop(request.merchant), now=now)


def make_waiting_request(merchant: Merchant | None = None, *, now: datetime = NOON, **fields: Any) -> HelpRequest:
    """A request in mode "refer me" that waits for a provider and for no job."""
    with transaction.atomic():
        request = make_open_request(merchant, now=now, **{"mode": Mode.REFER_ME, "rooms": 1, **fields})
        assert request.shortlist_job is not None
        request_cancel(job_id=request.shortlist_job.pk, by=owner_of_shop(request.merchant), now=now)
    return request


class Quiet:
    """Progress that nobody watches."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        """Nothing."""


def make_round(*, by: User | None = None, now: datetime = NOON, **settings: Any) -> MatchRound:
    """A preview over the requests that wait."""
    by = by or make_staff(Role.PROGRAMME_MANAGER)
    begun = start_round(by=by, in_background=False, now=now, **settings)
    prepare(begun.pk, Quiet(), now=now)
    return MatchRound.objects.get(pk=begun.pk)


def make_committed_round(match_round: MatchRound | None = None, *, now: datetime = NOON) -> MatchRound:
    """A round whose invitations are still to be sent."""
    match_round = match_round or make_round(now=now)
    return commit_round(round_id=match_round.pk, by=match_round.created_by, in_background=False, now=now)


def make_engagement(invitation: Invitation | None = None, *, now: datetime = IN_TIME) -> Engagement:
    """Work begun with all traders of the provider."""
    invitation = invitation or make_invitation()
    codes = [trader.code for trader in active_of(invitation.provider)]
    return accept_invitation(invitation_id=invitation.pk, trader_codes=codes, by=owner_of(invitation.provider), now=now)


def make_scores(
    scores: Mapping[Provider, Sequence[float | None]], *, as_of: date = date(2026, 3, 1), margin: float = 5.0
) -> ScoreRun:
    """A finished run with the given five scores of each provider, every interval `margin` to both sides."""
    model, _new = ScoringModel.objects.get_or_create(
        key=MODEL_KEY,
        model_version="test",
        defaults={
            "definition": "-",
            "digest": "0" * 64,
            "status": ModelStatus.PUBLISHED,
            "announced_at": NOON,
            "effective_from": as_of,
            "published_at": NOON,
        },
    )
    run = ScoreRun.objects.create(
        scoring_model=model,
        as_of=as_of,
        input_digest=f"{next(_numbers):064d}",
        result_digest="1" * 64,
        status=RunStatus.DONE,
        finished_at=NOON,
    )
    for provider, five in scores.items():
        known = [value for value in five if value is not None]
        mean = sum(known) / len(known) if known else None
        Scorecard.objects.create(
            run=run,
            provider=provider,
            status=CardStatus.NOT_ASSESSED if mean is None else CardStatus.ASSESSED,
            reason="no_facts" if mean is None else "",
            composite=mean,
            lower=None if mean is None else mean - margin,
            upper=None if mean is None else mean + margin,
            capability_scores=list(five),
            capability_lowers=[None if value is None else value - margin for value in five],
            capability_uppers=[None if value is None else value + margin for value in five],
            **empty_ledger(exact=mean),
        )
    return run


def empty_ledger(exact: float | None) -> dict[str, Any]:
    """The columns of a scorecard that matching never reads: no metric at all."""
    arrays = [field for field in Scorecard._meta.concrete_fields if isinstance(field, ArrayField)]
    ledger: dict[str, Any] = {
        field.name: [None] * 5 if field.size == 5 else []
        for field in arrays
        if field.name not in ("capability_scores", "capability_lowers", "capability_uppers")
    }
    return {**ledger, "exact": exact, "gate_effect": None if exact is None else 0.0}


def state_of(*objects: Any) -> list[tuple[Any, ...]]:
    """All columns of the rows as the database holds them, to show that a refusal changed nothing."""
    return [
        tuple(type(obj).objects.filter(pk=obj.pk).values_list(*(f.attname for f in obj._meta.concrete_fields)).get())
        for obj in objects
    ]


def today_of(now: datetime = NOON) -> date:
    """The business day of a moment."""
    return business_day(now)
