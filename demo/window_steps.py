"""Windows beside the one that is open all year: one whose list is final, one that is announced."""

from datetime import datetime, timedelta
from typing import Any

from numpy.random import Generator

from accounts.roles import Role
from demo import names
from demo.cast import Cast
from demo.document_steps import send_documents
from demo.panel_steps import review
from demo.people import add_silent_user
from demo.probation_steps import begin_probation
from demo.provider_steps import CERTIFIED, add_traders, admit, fill_in, register, submit
from providers.admission.decision_services import finalise_due_rejections
from providers.admission.reasons import Reason
from providers.admission.review_services import reject_application
from providers.admission.window_services import advance_due_windows
from providers.windows.enums import WindowKind
from providers.windows.services import announce_window, create_window

TEXTS = {
    "text_zh": "面向产业带服务商。\n请写明合作的工厂与常备货品，并至少列出一名操盘手。",
    "text_en": "For companies of industry belts.\nName the factories, the goods in stock and at least one trader.",
}
PAST: dict[str, Any] = {"title_zh": "产业带专场第一期", "title_en": "Industry belts, first window", "places": 20}
NEXT: dict[str, Any] = {"title_zh": "产业带专场第二期", "title_en": "Industry belts, second window", "places": 20}
ADMITTED = 2
REJECTED = "产业带合作未能证实。"
REASON = Reason("所列两家工厂表示没有供货协议。", capability="supply_chain")


def add_windows(cast: Cast, rng: Generator, *, now: datetime) -> None:
    """Three companies apply in the past window: two are let in, one is rejected and does not answer."""
    opens = now - timedelta(days=75)
    past = _announce(cast, "BELT-1", PAST, opens_at=opens, now=opens - timedelta(days=14))
    advance_due_windows(now=opens)
    for index in range(ADMITTED + 1):
        _apply(cast, rng, index, window=past, now=opens + timedelta(days=2 + index))
    for day in (20, 30, 41):  # closed and standing still, the rejection final, the list final
        finalise_due_rejections(now=opens + timedelta(days=day))
        advance_due_windows(now=opens + timedelta(days=day))
    _announce(cast, "BELT-2", NEXT, opens_at=now + timedelta(days=10), now=now - timedelta(days=4))


def _announce(cast: Cast, code: str, terms: dict[str, Any], *, opens_at: datetime, now: datetime) -> str:
    manager = cast.staff[Role.PROGRAMME_MANAGER]
    dates = {"opens_at": opens_at, "closes_at": opens_at + timedelta(days=20)}
    everything = {"code": code, "kind": WindowKind.FIXED, **terms, **TEXTS, **dates}
    window = create_window(terms=everything, by=manager, now=now)
    announce_window(window_id=window.pk, by=manager, now=now + timedelta(hours=1))
    return code


def _apply(cast: Cast, rng: Generator, index: int, *, window: str, now: datetime) -> None:
    owner = add_silent_user(f"belt{index}@providers.example", names.person_name(rng), now)
    provider = register(cast, rng, owner, now=now)
    cast.traders += add_traders(cast, rng, provider, owner, levels=CERTIFIED, now=now, latest=now)
    send_documents(cast, provider, owner, now=now, odd={})
    application = fill_in(cast, rng, provider, owner, window=window, now=now)
    submit(application.pk, owner, now=now + timedelta(hours=4))
    decided = now + timedelta(days=6)
    opinion = "admit" if index < ADMITTED else "reject"
    review(cast, application, now=decided, first=opinion, second=opinion)
    if index < ADMITTED:
        admit(cast, application, now=decided)
        begin_probation(provider, owner, now=decided)
    else:
        reviewer = cast.staff[Role.ADMISSION_REVIEWER]
        reject_application(application_id=application.pk, by=reviewer, note=REJECTED, reasons=[REASON], now=decided)
