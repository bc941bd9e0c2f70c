"""Reads about applications."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.admission.changes import Change, Content, compare
from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.enums import OPEN, ApplicationStatus
from providers.admission.models import Application
from providers.registry.models import Provider
from providers.traders.models import Trader

COMPARED = ("contact_name", "contact_phone", "contact_email", "summary")


@dataclass(frozen=True)
class Round:
    """One rejection: its reasons, and the answer if there is one. A reconsidered one was taken back."""

    number: int
    reasons: list[RejectionReason]
    answer: ApplicationAnswer | None
    taken_back: bool


def visible_to(user: User | AnonymousUser) -> QuerySet[Application]:
    """The applications that `user` may see: members those of their own providers, staff what was ever submitted."""
    own = Q(provider__organisation__in=organisation_ids_with(user, "application.view"))
    if has_permission(user, "application.view"):
        own |= Q(submitted_at__isnull=False)
    return Application.objects.filter(own).select_related("provider", "window")


def with_content(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Evidence, traders, people and rejections ready, for representations."""
    answers = Prefetch("answers", ApplicationAnswer.objects.select_related("answered_by"))
    return for_case(applications).prefetch_related("reasons", answers)


def for_case(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Evidence, traders and people ready, for the page of one."""
    people = ("submitted_by", "returned_by", "decided_by", "finalised_by", "withdrawn_by")
    traders = Prefetch("traders", Trader.objects.order_by("code"))
    return applications.select_related("window", *people).prefetch_related("evidence", traders)


def with_counts(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Adds `evidence_count` and `trader_count`, for lists."""
    return applications.annotate(
        evidence_count=Count("evidence", distinct=True), trader_count=Count("traders", distinct=True)
    )


def open_of(provider: Provider) -> Application | None:
    """The one open application of `provider`, if any."""
    return Application.objects.filter(provider=provider, status__in=OPEN).select_related("window").first()


def history_of(provider: Provider) -> QuerySet[Application]:
    """All applications of `provider`, newest first."""
    return Application.objects.filter(provider=provider)


def latest_of(provider: Provider) -> Application | None:
    """The newest application of `provider`, whatever became of it."""
    return history_of(provider).order_by("-pk").first()


def previous_of(application: Application) -> Application | None:
    """The last application of the same company that reviewers saw before this one, with its content."""
    earlier = Application.objects.filter(
        provider=application.provider_id, pk__lt=application.pk, submitted_at__isnull=False
    )
    return with_content(earlier).order_by("-pk").first()


def read_content(application: Application) -> Content:
    """What an application says, as plain values."""
    return Content(
        texts={name: getattr(application, name) for name in COMPARED},
        evidence={
            item.capability: {
                "statement": item.statement,
                "figures": item.figures,
                "cases": item.cases,
                "links": "\n".join(item.links),
            }
            for item in application.evidence.all()
        },
        traders={trader.code: trader.name for trader in application.traders.all()},
    )


def rounds_of(application: Application) -> list[Round]:
    """Every rejection of the application with its reasons and its answer, the newest first."""
    if application.decided_at is None and application.decision_round == 1:
        return []
    reasons, answers = list(application.reasons.all()), list(application.answers.all())
    numbers = sorted({reason.decision_round for reason in reasons}, reverse=True)
    return [
        Round(
            number,
            [reason for reason in reasons if reason.decision_round == number],
            next((answer for answer in answers if answer.decision_round == number), None),
            taken_back=number < application.decision_round,
        )
        for number in numbers
    ]


def compare_with_previous(application: Application) -> tuple[Application | None, list[Change]]:
    """The last application that reviewers saw before this one, and what this one changed against it."""
    before = previous_of(application)
    return before, compare(read_content(before), read_content(application)) if before else []


def answers_to_decide(user: User | AnonymousUser) -> QuerySet[Application]:
    """Rejections that stand still and were answered, the first to end on top."""
    answered = ApplicationAnswer.objects.filter(application=OuterRef("pk"), decision_round=OuterRef("decision_round"))
    standing = visible_to(user).filter(Exists(answered), status=ApplicationStatus.STANDSTILL)
    return standing.order_by("standstill_until", "pk")


def rejections_due(now: datetime) -> QuerySet[Application]:
    """Rejections whose standstill is over without an answer."""
    answered = ApplicationAnswer.objects.filter(application=OuterRef("pk"), decision_round=OuterRef("decision_round"))
    due = Application.objects.filter(status=ApplicationStatus.STANDSTILL, standstill_until__lte=now)
    return due.exclude(Exists(answered)).order_by("standstill_until", "pk")


def waiting_for_review(user: User | AnonymousUser) -> QuerySet[Application]:
    """Submitted applications that `user` may see, the longest wait first."""
    return visible_to(user).filter(status=ApplicationStatus.SUBMITTED).order_by("submitted_at", "pk")
