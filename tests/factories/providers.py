"""Providers, traders and applications for tests, made through the services."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.utils import timezone
from stdnum.cn import ric as stdnum_ric
from stdnum.cn import uscc as stdnum_uscc

from accounts.models import User
from accounts.roles import Role
from common.audit.models import AuditEntry
from providers.admission import review_services, window_services
from providers.admission.decision_services import finalise_rejection
from providers.admission.models import Application
from providers.admission.reasons import Reason
from providers.admission.review import services as reviews
from providers.admission.review.models import Review
from providers.admission.services import create_application, edit_application, set_evidence
from providers.enums import Capability, Category, ProviderType, Region
from providers.registry.models import Provider
from providers.registry.services import register_external_provider, register_provider
from providers.registry.status_services import admit_provider, complete_probation
from providers.traders.certificate_services import certify_trader
from providers.traders.models import Trader
from providers.traders.services import register_trader
from providers.traders.verification_services import ask_verification, verify_trader
from providers.windows.models import AdmissionWindow
from providers.windows.services import announce_window, create_window, load_default_windows, open_window
from tests.factories.accounts import make_staff, make_user

_numbers = count(1)
_identities = count(100_000)  # far from the numbers that tests choose themselves


def make_uscc(number: int) -> str:
    """A valid unified social credit code, another one for each `number`."""
    body = f"91330100{number:09d}"
    return body + stdnum_uscc.calc_check_digit(body)


def make_identity_number(number: int, *, born: date | None = None) -> str:
    """A valid resident identity number, another one for each `number`."""
    days, order = divmod(number, 1000)
    born = born or date(1980, 1, 1) + timedelta(days=days)
    body = f"330102{born:%Y%m%d}{order:03d}"
    return body + stdnum_ric.calc_check_digit(f"{body}0")


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
REASONS = (Reason("The figures cannot be found in the records.", criterion="records"),)


def ensure_window() -> AdmissionWindow:
    """The window that is open until further notice, since long ago, so that tests may play in any year."""
    load_default_windows(now=LONG_AGO)
    return AdmissionWindow.objects.get(code="ROLLING")


def make_window(*, status: str = "open", now: datetime | None = None, **terms: Any) -> AdmissionWindow:
    """A window with a last day, from yesterday to ten days ahead of `now`, brought to `status` by the clock.

    It has no applications, so that it can go all the way: each step is taken at its time.
    """
    now = now or timezone.now()
    number = next(_numbers)
    values = {
        "code": f"W{number}",
        "title_zh": f"第{number}期",
        "title_en": f"Window {number}",
        "text_zh": "请提供证据。",
        "text_en": "Show evidence.",
        "kind": "fixed",
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=10),
        **terms,
    }
    if values["kind"] == "rolling":
        values["closes_at"] = None
    window = create_window(terms=values, by=None, now=now)
    for step, due in WINDOW_STEPS:
        if window.status == status:
            break
        window = step(window_id=window.pk, by=None, now=getattr(window, due))
    return window


# The steps of a window and when the clock takes each.
WINDOW_STEPS = (
    (announce_window, "created_at"),
    (open_window, "opens_at"),
    (window_services.close_window, "closes_at"),
    (window_services.begin_standstill, "closes_at"),
    (window_services.finalise_window, "standstill_until"),
)


def make_provider(*, by: User | None = None, status: str = "registered", **fields: Any) -> Provider:
    """A provider owned by `by`, else by a new person, brought to `status` registered, probation or admitted."""
    number = next(_numbers)
    values = {
        "uscc": make_uscc(number),
        "name": f"Lantern Commerce {number}",
        "provider_type": ProviderType.INTEGRATED,
        "category": Category.APPAREL,
        "region": Region.ZHEJIANG,
        **fields,
    }
    ensure_window()
    provider = register_provider(by=by or make_user(), **values)
    if status != "registered":
        reviewer = make_staff(Role.ADMISSION_REVIEWER)
        provider = admit_provider(provider_id=provider.pk, by=reviewer, note="Good evidence.")
        if status == "admitted":
            provider = complete_probation(provider_id=provider.pk, by=reviewer, note="Targets met.")
    return provider


def make_external_provider(code: str | None = None, name: str = "") -> Provider:
    """A provider known from outside data."""
    number = next(_numbers)
    return register_external_provider(code=code or f"X{number}", name=name or f"Outside {number}", by=None)


def owner_of(provider: Provider) -> User:
    """The person who registered `provider`."""
    assert provider.registered_by is not None
    return provider.registered_by


def make_trader(provider: Provider, *, name: str | None = None, **fields: Any) -> Trader:
    """An active trader of `provider`."""
    values = {"capabilities": [Capability.LIVE_OPERATIONS], **fields}
    return register_trader(
        provider_id=provider.pk, name=name or f"Trader {next(_numbers)}", by=owner_of(provider), **values
    )


def make_verified_trader(provider: Provider, *, now: datetime | None = None, **fields: Any) -> Trader:
    """A trader whose identity the platform checked."""
    number = make_identity_number(next(_identities))
    trader = make_trader(provider, identity_number=number, now=now, **fields)
    ask_verification(trader_id=trader.pk, by=owner_of(provider), now=now)
    return verify_trader(trader_id=trader.pk, by=make_staff(), now=now)


def make_certified_trader(
    provider: Provider, *, level: str = "certified", now: datetime | None = None, **fields: Any
) -> Trader:
    """A verified trader with a certificate for all of his or her capabilities."""
    trader = make_verified_trader(provider, now=now, **fields)
    certify_trader(trader_id=trader.pk, level=level, by=make_staff(), note="Examined.", now=now)
    return Trader.objects.select_related("provider").get(pk=trader.pk)


def make_application(
    provider: Provider | None = None,
    *,
    status: str = "submitted",
    window: AdmissionWindow | None = None,
    now: datetime | None = None,
    **fields: Any,
) -> Application:
    """A complete application of `provider`, else of a new one, brought to `status` by its owner and new reviewers.

    It is in `window`, else in the one that is open until further notice. A rejected one was made final by the clock.
    """
    provider = provider or make_provider()
    owner = owner_of(provider)
    code = (window or ensure_window()).code
    application = create_application(provider_id=provider.pk, by=owner, window=code, now=now)
    trader = make_trader(provider)
    changes = {
        "contact_name": "Lin Lan",
        "contact_phone": "0571 8888 0000",
        "contact_email": "lin@example.com",
        "traders": [trader.code],
        **fields,
    }
    edit_application(application_id=application.pk, changes=changes, by=owner, now=now)
    set_evidence(
        application_id=application.pk,
        capability=Capability.LIVE_OPERATIONS,
        statement="We ran 300 live rooms in 2021.",
        figures="12,400 live hours",
        links=["https://example.com/cases"],
        by=owner,
        now=now,
    )
    if status != "draft":
        review_services.submit_application(application_id=application.pk, by=owner, now=now)
    if status == "settled":
        settle_panel(application, now=now)
    elif status == "withdrawn":
        review_services.withdraw_application(application_id=application.pk, by=owner, now=now)
    elif status in DECISIONS:
        if status != "returned":
            settle_panel(application, recommendation="admit" if status == "admitted" else "reject", now=now)
        reasons = {"reasons": REASONS} if status in ("standstill", "rejected") else {}
        decide, note = DECISIONS[status], "Because of the evidence."
        decided = decide(application_id=application.pk, by=make_staff(), note=note, now=now, **reasons)
        if status == "rejected":
            finalise_rejection(application_id=application.pk, now=decided.standstill_until)
    return Application.objects.select_related("provider", "window").get(pk=application.pk)


DECISIONS = {
    "returned": review_services.return_application,
    "admitted": review_services.admit_application,
    "standstill": review_services.reject_application,
    "rejected": review_services.reject_application,
}


def make_review(
    application: Application,
    reviewer: User | None = None,
    *,
    levels: Sequence[int | None] = (None, None, None, None, 3),
    recommendation: str = "admit",
    status: str = "submitted",
    now: datetime | None = None,
) -> Review:
    """A review of `application` by `reviewer`, else by a new one: taken, and handed in unless `status` is assigned."""
    reviewer = reviewer or make_staff()
    review = reviews.take_review(application_id=application.pk, by=reviewer)
    if status == "submitted":
        review = reviews.submit_review(
            review_id=review.pk,
            scores=make_scores(levels),
            recommendation=recommendation,
            reasons="Because of the evidence.",
            by=reviewer,
            now=now,
        )
    return review


def make_scores(levels: Sequence[int | None]) -> dict[str, tuple[int | None, str]]:
    """`levels` in the order of Capability, each with a comment."""
    return {key: (level, f"Level {level}.") for key, level in zip(Capability.values, levels, strict=True)}


def settle_panel(application: Application, *, recommendation: str = "admit", **fields: Any) -> list[Review]:
    """Two reviewers who judge the same: the panel has settled."""
    return [make_review(application, recommendation=recommendation, **fields) for _ in range(2)]


def snapshot() -> dict[str, list[Any]]:
    """Every row of this room and of accounts, and of the audit log; the histories follow from these by trigger.

    Without people: signing in within a test moves `last_login`.
    """
    rooms = (apps.get_app_config(name).get_models(include_auto_created=True) for name in ("accounts", "providers"))
    models = [model for room in rooms for model in room if not model.__name__.endswith("Event") and model is not User]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*models, AuditEntry)}


@contextmanager
def unchanged() -> Iterator[None]:
    """Nothing in the database may differ afterwards, the audit log included."""
    before = snapshot()
    yield
    assert snapshot() == before
