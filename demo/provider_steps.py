"""Providers enter the demo world by the same doors as real ones: register, name traders, apply, be decided on."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from numpy.random import Generator

from accounts.models import User
from accounts.roles import Role
from demo import names
from demo.cast import Cast
from demo.document_steps import MISSING, OPEN, REVISION, life_of, send_documents, special_of
from demo.panel_steps import PANELS, review
from demo.people import add_account, add_silent_user
from demo.probation_steps import begin_probation
from demo.world import CAPABILITIES, World
from providers.admission import review_services, services
from providers.admission.models import Application
from providers.admission.reasons import Reason
from providers.admission.triage_services import triage_application
from providers.conduct.provider_services import clear_out_provider
from providers.documents.enums import DocumentType
from providers.enums import Capability, Category, ProviderType
from providers.registry.models import Provider
from providers.registry.services import register_provider
from providers.traders.certificate_services import certify_trader
from providers.traders.enums import TraderLevel
from providers.traders.models import Trader
from providers.traders.services import register_trader
from providers.traders.verification_services import ask_verification, verify_trader

STATEMENTS = {
    Capability.TRAFFIC_MARKETING: "近一年为合作商家策划投放与短视频引流，投产比持续高于同类目平均。",
    Capability.ANCHOR_INCUBATION: "自建主播培训营，新人三周内独立开播，有完整的陪跑与复盘记录。",
    Capability.SERVICE_FULFILMENT: "设有专职客服与售后小组，工作日十分钟内首次响应。",
    Capability.SUPPLY_CHAIN: "与产业带工厂直连，常备现货，缺货在开播前预警。",
    Capability.LIVE_OPERATIONS: "代运营直播间日均开播四小时以上，场控、投流、选品分工明确。",
}


def add_providers(
    cast: Cast, world: World, rng: Generator, *, star: int, start: datetime, report: Callable[[int, int], None]
) -> None:
    """All providers of the world; the one at index `star` belongs to the demo accounts."""
    for index in range(world.providers):
        now = start + timedelta(days=int(world.joined[index]), minutes=index)
        mine = np.flatnonzero(world.trader_provider == index)
        owner = (
            add_account(Role.PROVIDER_OWNER, now=now)
            if index == star
            else add_silent_user(f"owner{index:03d}@providers.example", names.person_name(rng), now)
        )
        provider = register(cast, rng, owner, now=now - timedelta(days=25))
        with transaction.atomic():  # what changed in one transaction is judged again once
            cast.traders += add_traders(
                cast,
                rng,
                provider,
                owner,
                count=len(mine),
                now=now - timedelta(days=24),
                latest=start + timedelta(days=world.days - 1),
            )
            sent = now - timedelta(days=22)
            send_documents(cast, provider, owner, now=sent, odd=special_of(index), life=life_of(index))
        application = fill_in(cast, rng, provider, owner, now=now - timedelta(days=20))
        submit(application.pk, owner, now=now - timedelta(days=15))
        review(cast, application, now=now)
        admit(cast, application, now=now)
        begin_probation(provider, owner, now=now)
        if index == star:
            for role in (Role.PROVIDER_MANAGER, Role.PROVIDER_TRADER):
                add_account(role, organisation_id=provider.organisation_id, now=now)
        cast.providers.append(Provider.objects.get(pk=provider.pk))
        cast.owners.append(owner)
        report(index + 1, world.providers)


def register(
    cast: Cast, rng: Generator, owner: User, *, now: datetime, name: str = "", introduction: str = ""
) -> Provider:
    """One company with an invented name and a valid code number."""
    region = str(rng.choice(names.REGIONS))
    return register_provider(
        uscc=names.credit_code(rng, cast.codes_taken),
        name=name or names.company_name(rng, region, cast.names_taken),
        provider_type=str(rng.choice(ProviderType.values)),
        category=str(rng.choice(Category.values)),
        region=region,
        introduction=introduction or "为商家提供直播间代运营、主播孵化与供应链服务。",
        by=owner,
        now=now,
    )


def add_traders(
    cast: Cast,
    rng: Generator,
    provider: Provider,
    owner: User,
    *,
    now: datetime,
    latest: datetime,
    count: int = 0,
    levels: Sequence[str] = (),
) -> Sequence[Trader]:
    """Traders from `now` on, of these `levels` or `count` of drawn ones; those who reach a level are verified at once
    and certified later, week after week, so that their certificates do not all end together, but not after `latest`."""
    reviewer = cast.staff[Role.ADMISSION_REVIEWER]
    levels = levels or rng.choice(TraderLevel.values, size=count, p=[0.35, 0.4, 0.18, 0.07]).tolist()
    traders = []
    for level in levels:
        trader = register_trader(
            provider_id=provider.pk,
            name=names.person_name(rng),
            capabilities=[str(key) for key in rng.choice(CAPABILITIES, size=int(rng.integers(1, 4)), replace=False)],
            max_live_rooms=int(rng.integers(3, 6)),
            identity_number=names.identity_number(len(cast.traders) + len(traders)),
            by=owner,
            now=now,
        )
        if level != TraderLevel.TRAINEE:
            ask_verification(trader_id=trader.pk, by=owner, now=now)
            verify_trader(trader_id=trader.pk, by=reviewer, now=now)
            examined = min(now + timedelta(weeks=(len(cast.traders) + len(traders)) % 40), latest)
            note = "考核通过，案例属实。"
            certify_trader(trader_id=trader.pk, level=str(level), by=reviewer, note=note, now=examined)
            trader.refresh_from_db()
        traders.append(trader)
    return traders


def fill_in(
    cast: Cast, rng: Generator, provider: Provider, owner: User, *, now: datetime, window: str | None = None
) -> Application:
    """A draft with a contact, the company's traders and evidence for some capabilities."""
    application = services.create_application(provider_id=provider.pk, by=owner, window=window, now=now)
    own = [trader.code for trader in cast.traders if trader.provider_id == provider.pk]
    services.edit_application(
        application_id=application.pk,
        changes={"contact_phone": names.phone_number(rng), "contact_name": owner.name, "traders": own},
        by=owner,
        now=now,
    )
    for capability in rng.choice(CAPABILITIES, size=int(rng.integers(2, 5)), replace=False):
        services.set_evidence(
            application_id=application.pk,
            capability=str(capability),
            statement=STATEMENTS[Capability(capability)],
            figures=f"服务商家 {int(rng.integers(3, 60))} 家，累计开播 {int(rng.integers(200, 5000))} 小时。",
            by=owner,
            now=now,
        )
    return application


def submit(application_id: int, owner: User, *, now: datetime) -> None:
    """Submit and triage at their place in the story; the job that follows finds it triaged."""
    with transaction.atomic():
        services.submit_application(application_id=application_id, by=owner, now=now)
        triage_application(application_id=application_id, now=now + timedelta(minutes=1))


def admit(cast: Cast, application: Application, *, now: datetime) -> None:
    """The first reviewer lets the company in."""
    review_services.admit_application(
        application_id=application.pk,
        by=cast.staff[Role.ADMISSION_REVIEWER],
        note="证据真实，团队完整，准予入驻并进入考察期。",
        now=now,
    )


# What is odd about the documents of the applicants, by step; those of the steps left out are complete and accepted.
DOCUMENTS: dict[str, dict[str, str]] = {
    "draft": {DocumentType.TAX_CERTIFICATE: MISSING, DocumentType.BANK_CERTIFICATE: OPEN},
    "third": {DocumentType.BUSINESS_LICENCE: OPEN},
    "submitted": {DocumentType.BANK_CERTIFICATE: REVISION},
    "returned": {DocumentType.TAX_CERTIFICATE: MISSING},
}
CERTIFIED = (TraderLevel.CERTIFIED, TraderLevel.TRAINEE)
NEW_TEAM = (TraderLevel.TRAINEE, TraderLevel.TRAINEE)


def add_applicants(cast: Cast, rng: Generator, *, now: datetime) -> None:
    """Applications in every state, and a cleared-out company that comes back under a new name."""
    reviewer = cast.staff[Role.ADMISSION_REVIEWER]
    steps = ["draft", "draft", "settled", "half", "third", "submitted", "returned", "rejected", "withdrawn"]
    for index, step in enumerate(steps):
        begun = now - timedelta(days=12 - index, hours=3 * index)
        owner = add_silent_user(f"applicant{index}@providers.example", names.person_name(rng), begun)
        provider = register(cast, rng, owner, now=begun)
        levels = NEW_TEAM if step == "third" else CERTIFIED
        cast.traders += add_traders(cast, rng, provider, owner, levels=levels, now=begun, latest=begun)
        send_documents(cast, provider, owner, now=begun, odd=DOCUMENTS.get(step, {}))
        application = fill_in(cast, rng, provider, owner, now=begun)
        key = application.pk
        if step != "draft":
            submit(key, owner, now=begun + timedelta(hours=5))
        if step in PANELS:
            review(cast, application, now=now - timedelta(hours=20), **PANELS[step])
        if step == "returned":
            note = "请补充供应链能力的案例与数据。"
            review_services.return_application(
                application_id=key, by=reviewer, note=note, now=now - timedelta(hours=30)
            )
        if step == "rejected":
            note = "提交的数据与平台记录不符。"
            reasons = [
                Reason("申报的开播时长与平台记录相差一半以上。", criterion="records"),
                Reason("所列案例的商家表示没有合作过。", capability="live_operations"),
            ]
            review_services.reject_application(
                application_id=key, by=reviewer, note=note, reasons=reasons, now=now - timedelta(hours=8)
            )
        if step == "withdrawn":
            services.withdraw_application(application_id=key, by=owner, now=now - timedelta(hours=20))
    _add_returning_company(cast, rng, now=now)


def _add_returning_company(cast: Cast, rng: Generator, *, now: datetime) -> None:
    """Cleared out for invented orders; a month later its owner applies with a company that is only renamed."""
    then = now - timedelta(days=200)
    owner = add_silent_user("barred@providers.example", "贾回", then)
    barred = register(cast, rng, owner, name="杭州金蹄网络科技有限公司", now=then)
    cast.traders += add_traders(cast, rng, barred, owner, count=1, now=then, latest=then)
    application = fill_in(cast, rng, barred, owner, now=then)
    submit(application.pk, owner, now=then + timedelta(days=1))
    review(cast, application, now=then + timedelta(days=4))
    admit(cast, application, now=then + timedelta(days=5))
    officer = cast.staff[Role.CONDUCT_OFFICER]
    note = "查实虚假交易，情节严重，予以清退。"
    clear_out_provider(provider_id=barred.pk, by=officer, note=note, now=then + timedelta(days=150))
    back = now - timedelta(days=3)
    renamed = register(cast, rng, owner, name="杭州金蹄信息技术有限公司", now=back)
    cast.traders += add_traders(cast, rng, renamed, owner, count=1, now=back, latest=now)
    second = fill_in(cast, rng, renamed, owner, now=back)
    submit(second.pk, owner, now=back + timedelta(hours=2))
    _add_namesake(cast, rng, now=back)


def _add_namesake(cast: Cast, rng: Generator, *, now: datetime) -> None:
    """A company of another city that only shares the word in its name: a hint for the reviewer, no interception."""
    owner = add_silent_user("namesake@providers.example", "金诚", now)
    namesake = register(cast, rng, owner, name="成都金蹄文化传媒有限公司", now=now)
    cast.traders += add_traders(cast, rng, namesake, owner, levels=CERTIFIED, now=now, latest=now)
    send_documents(cast, namesake, owner, now=now, odd={})
    application = fill_in(cast, rng, namesake, owner, now=now)
    submit(application.pk, owner, now=now + timedelta(hours=4))
