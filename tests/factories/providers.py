"""Providers, traders and applications for tests, made through the services."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from stdnum.cn import uscc as stdnum_uscc

from accounts.models import Membership, Notice, Organisation, SavedFilter, User
from accounts.roles import Role
from common.audit.models import AuditEntry
from providers.admission import review_services
from providers.admission.models import Application, CapabilityEvidence
from providers.admission.review import services as reviews
from providers.admission.review.models import Panel, PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric
from providers.admission.services import create_application, edit_application, set_evidence
from providers.enums import Capability, Category, ProviderType, Region
from providers.registry.models import Provider
from providers.registry.services import register_external_provider, register_provider
from providers.registry.status_services import admit_provider, complete_probation
from providers.traders.models import Trader
from providers.traders.services import register_trader
from tests.factories.accounts import make_staff, make_user

_numbers = count(1)


def make_uscc(number: int) -> str:
    """A valid unified social credit code, another one for each `number`."""
    body = f"91330100{number:09d}"
    return body + stdnum_uscc.calc_check_digit(body)


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


def make_application(provider: Provider | None = None, *, status: str = "submitted", **fields: Any) -> Application:
    """A complete application of `provider`, else of a new one, brought to `status` by its owner and new reviewers."""
    provider = provider or make_provider()
    owner = owner_of(provider)
    application = create_application(provider_id=provider.pk, by=owner)
    trader = make_trader(provider)
    changes = {
        "contact_name": "Lin Lan",
        "contact_phone": "0571 8888 0000",
        "contact_email": "lin@example.com",
        "traders": [trader.code],
        **fields,
    }
    edit_application(application_id=application.pk, changes=changes, by=owner)
    set_evidence(
        application_id=application.pk,
        capability=Capability.LIVE_OPERATIONS,
        statement="We ran 300 live rooms in 2021.",
        figures="12,400 live hours",
        links=["https://example.com/cases"],
        by=owner,
    )
    if status != "draft":
        review_services.submit_application(application_id=application.pk, by=owner)
    if status == "withdrawn":
        review_services.withdraw_application(application_id=application.pk, by=owner)
    elif status in DECISIONS:
        if status != "returned":
            settle_panel(application, recommendation="admit" if status == "admitted" else "reject")
        DECISIONS[status](application_id=application.pk, by=make_staff(), note="Because of the evidence.")
    return Application.objects.select_related("provider").get(pk=application.pk)


DECISIONS = {
    "returned": review_services.return_application,
    "admitted": review_services.admit_application,
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
    """Every row of this room and of accounts, and of the audit log."""
    models = (Provider, Trader, Application, CapabilityEvidence, Application.traders.through, Organisation, Membership)
    panels = (Panel, Review, ReviewScore, PanelResult, Rubric, Notice, SavedFilter)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*models, *panels, AuditEntry)}


@contextmanager
def unchanged() -> Iterator[None]:
    """Nothing in the database may differ afterwards, the audit log included."""
    before = snapshot()
    yield
    assert snapshot() == before
