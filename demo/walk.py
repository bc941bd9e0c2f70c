"""The main job once from door to door, on the built world.

A company applies and is admitted, its facts are imported and scored, a merchant asks for help, the provider accepts and
the engagement opens. Refusals are tried on the way.
"""

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from accounts.roles import Role
from accounts.services import create_user
from common.days import business_day
from common.exceptions import DomainError
from demo import names
from demo.build import Built
from demo.panel_steps import review
from demo.people import account_of
from demo.report import Failed
from demo.request_steps import accept, ask, owner_of, submit_then
from engine.columns import FACT_COLUMN_NAMES
from engine.tables import write_table
from merchants.matching import services as matching
from merchants.matching.selectors import candidates_of, latest_shortlist
from merchants.requests.enums import Mode
from merchants.requests.models import HelpRequest
from providers.admission import review_services, services
from providers.admission.models import Application
from providers.admission.review.models import PanelResult
from providers.admission.review.selectors import submitted_in
from providers.enums import Capability
from providers.registry.models import Provider
from providers.registry.services import register_provider
from providers.traders.services import register_trader
from scoring.capabilities.compute import Silent, carry_out
from scoring.capabilities.models import Scorecard
from scoring.capabilities.runs import start_run
from scoring.facts.enums import FactBatchStatus
from scoring.facts.imports import import_batch


def walk(built: Built) -> Iterator[str]:
    """The path, a line per station; raises Failed at the first that does not hold."""
    now = timezone.now()
    provider, application = _register_and_apply(now)
    yield f"registered         {provider.code} {provider.name}"
    _expect_refusal("panel_open", lambda: _admit(built, application, times=1))
    review(built.cast, application, now=now, pace=timedelta())
    first = submitted_in(application.panels.get())[0]
    yield f"reviewed           by {application.panels.get().reviews.count()} blind reviewers, {_settled(application)}"
    _expect_refusal(
        "reviewed_first",
        lambda: review_services.admit_application(application_id=application.pk, by=first.reviewer, note="准予入驻。"),
    )
    _expect_refusal("illegal_transition", lambda: _admit(built, application, times=2))
    provider = Provider.objects.get(pk=provider.pk)
    yield f"admitted           status {provider.status}, newcomer until {provider.newcomer_until}"
    yield _import(built, provider, now)
    yield _score(provider, now)
    yield from _match(built, now)


def _expect_refusal(reason: str, attempt: Callable[[], Any]) -> None:
    try:
        attempt()
    except DomainError as error:
        if error.reason != reason:
            raise Failed(f"refused as {error.reason}, expected {reason}") from error
    else:
        raise Failed(f"not refused, expected {reason}")


def _register_and_apply(now: datetime) -> tuple[Provider, Application]:
    owner = create_user(email="walker@providers.example", password=None, name="行远", now=now)
    rng = np.random.default_rng(1)
    code = names.credit_code(rng, set())
    facts = {"name": "成都行远电子商务有限公司", "provider_type": "integrated", "category": "food", "region": "sichuan"}
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    _expect_refusal("invalid_input", lambda: register_provider(uscc=wrong, by=owner, now=now, **facts))
    provider = register_provider(uscc=code, by=owner, now=now, **facts)
    _expect_refusal("conflict", lambda: register_provider(uscc=code, by=owner, now=now, **facts))
    trader = register_trader(
        provider_id=provider.pk, name="步云", capabilities=[Capability.LIVE_OPERATIONS], by=owner, now=now
    )
    application = services.create_application(provider_id=provider.pk, by=owner, now=now)
    key = application.pk
    _expect_refusal("incomplete", lambda: services.submit_application(application_id=key, by=owner, now=now))
    services.edit_application(
        application_id=key,
        changes={"contact_phone": names.phone_number(rng), "traders": [trader.code]},
        by=owner,
        now=now,
    )
    services.set_evidence(
        application_id=key,
        capability=Capability.LIVE_OPERATIONS,
        statement="代运营六个直播间，日均开播五小时。",
        by=owner,
        now=now,
    )
    return provider, services.submit_application(application_id=key, by=owner, now=now)


def _admit(built: Built, application: Application, *, times: int) -> None:
    reviewer = built.cast.staff[Role.ADMISSION_REVIEWER]
    for _ in range(times):
        review_services.admit_application(application_id=application.pk, by=reviewer, note="证据属实，准予入驻。")


def _settled(application: Application) -> str:
    result = PanelResult.objects.get(panel__application=application)
    return f"{result.how}: {result.recommendation}"


def _import(built: Built, provider: Provider, now: datetime) -> str:
    """Thirty days of facts for the new provider; the same file with an unknown provider is rejected whole."""
    last = business_day(now) - timedelta(days=1)
    days = [(last - timedelta(days=back)).isoformat() for back in range(30)]
    analyst = built.cast.staff[Role.SCORING_ANALYST]
    # 100 of everything would claim more refunds than can be; half of it for what is part of something else.
    parts = {name: 50 for name in FACT_COLUMN_NAMES if name.startswith(("refunded", "on_time", "out_of", "complaints"))}
    parts |= {"sla_hits": 90, "responses_on_time": 90, "rating_sum": 450, "exposures": 10_000, "viewers": 3000}
    parts |= {"clicks": 600, "repurchases_30d": 20, "cold_starts_done": 50}
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for code in ("P999999", provider.code):
            table: dict[str, Any] = {
                "provider": np.array([code] * 30),
                "day": np.array(days),
                "merchant": np.array([built.merchants[0].code] * 30),
                "trader": np.array([""] * 30),
            }
            table |= {name: np.full(30, parts.get(name, 100)) for name in FACT_COLUMN_NAMES}
            path = Path(folder) / f"{code}.parquet"
            write_table(path, table)
            results.append(import_batch(path=path, by=analyst))
    refused, live = results
    if (refused.status, refused.rejected_rows) != (FactBatchStatus.REJECTED, 30):
        raise Failed(f"facts of an unknown provider came out {refused.status}: {refused.report}")
    if (live.status, live.rows) != (FactBatchStatus.LIVE, 30):
        raise Failed(f"the facts came out {live.status}: {live.report}")
    return f"facts              {live.rows} rows live, {refused.rejected_rows} of an unknown provider rejected"


def _score(provider: Provider, now: datetime) -> str:
    run = start_run(by=None, as_of=business_day(now) - timedelta(days=1), in_background=False, now=now)
    carry_out(run.pk, Silent())
    card = Scorecard.objects.get(run=run, provider=provider)
    if card.composite is None or card.lower is None or card.upper is None:
        raise Failed(f"the new provider was not assessed: {card.reason}")
    return f"scored             {card.composite:.2f} ({card.lower:.2f} to {card.upper:.2f}), rank {card.rank}"


def _match(built: Built, now: datetime) -> Iterator[str]:
    merchant = next(m for m in built.merchants if owner_of(m).email == account_of(Role.MERCHANT_OWNER).email)
    owner = owner_of(merchant)
    request = ask(np.random.default_rng(3), merchant, mode=Mode.I_PICK, now=now)
    submit_then(request, now=now)
    request = HelpRequest.objects.get(pk=request.pk)
    shortlist = latest_shortlist(request)
    candidates = list(candidates_of(shortlist)) if shortlist else []
    if shortlist is None or not 3 <= len(candidates) <= 5:
        raise Failed(f"{len(candidates)} candidates, expected 3 to 5; request {request.status}")
    if not all(candidate.reasons_for for candidate in candidates):
        raise Failed("a candidate without a reason")
    yield f"shortlist          {len(candidates)} of {shortlist.considered}, best fit {candidates[0].fit:.3f}"
    chosen = candidates[0].provider
    matching.invite(request_id=request.pk, provider_code=chosen.code, by=owner, now=now)
    _expect_refusal(
        "illegal_transition",
        lambda: matching.invite(request_id=request.pk, provider_code=candidates[1].provider.code, by=owner, now=now),
    )
    engagement = accept(request, now=now)
    if engagement is None:
        raise Failed("the invitation was not open")
    traders = ", ".join(assignment.trader.code for assignment in engagement.assignments.all())
    yield f"engaged            {chosen.code} with {traders}, status {engagement.status}"
