"""Reads about panels and reviews. Reviewers are blind: what a panel knows is shown once it has settled."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import has_permission
from accounts.roles import ROLE_PERMISSIONS
from accounts.selectors import staff_with_roles
from common.audit.models import AuditEntry
from common.exceptions import DomainError
from providers.admission.models import Application
from providers.admission.review import policies
from providers.admission.review.conflicts import linked_to
from providers.admission.review.draft_models import ReviewDraft
from providers.admission.review.enums import HOLDING, OPEN_PANELS, SEATS, PanelStatus, ReviewStatus
from providers.admission.review.models import Panel, PanelResult, Review
from providers.admission.review.panels import has_panels, judged_in, panels_of
from providers.admission.review.permissions import check_take, may_assign
from providers.admission.review.rubric_models import Rubric


def visible_to(user: User | AnonymousUser) -> QuerySet[Review]:
    """The reviews that `user` may know of: one's own, those of settled panels, and all for who assigns reviewers."""
    if not isinstance(user, User):
        return Review.objects.none()
    seen = Q(reviewer=user)
    if has_permission(user, "review.view"):
        seen |= Q(panel__status=PanelStatus.SETTLED, status=ReviewStatus.SUBMITTED)
    reviews = Review.objects.all() if may_assign(user) else Review.objects.filter(seen)
    return reviews.select_related("panel__application__provider", "panel__rubric", "reviewer")


def may_read_judgement(user: User | AnonymousUser, review: Review) -> bool:
    """Whether scores and reasons of a review that `user` may know of are shown: one's own, or the panel has settled."""
    return review.reviewer_id == user.pk or (
        review.panel.status == PanelStatus.SETTLED and has_permission(user, "review.view")
    )


def draft_of(user: User | AnonymousUser, review: Review) -> ReviewDraft | None:
    """What `user` has put down so far of an own review that is not handed in; None for everybody else."""
    if review.reviewer_id != user.pk or review.status != ReviewStatus.ASSIGNED:
        return None
    return ReviewDraft.objects.filter(review=review).first()


def due_for(user: User) -> QuerySet[Review]:
    """The reviews that `user` has to write, the longest wait of an applicant first; `draft_at` is when one was kept."""
    due = Review.objects.filter(reviewer=user, status=ReviewStatus.ASSIGNED, panel__status__in=OPEN_PANELS)
    begun = due.select_related("panel__application__provider").annotate(draft_at=F("draft__saved_at"))
    return begun.order_by("panel__application__submitted_at", "pk")


def held_seats(panel: Panel) -> set[int]:
    """The seats that somebody holds."""
    return set(Review.objects.filter(panel=panel, status__in=HOLDING).values_list("seat", flat=True))


def submitted_in(panel: Panel) -> QuerySet[Review]:
    """The judgements of a panel in the order in which they were handed in."""
    return (
        Review.objects.filter(panel=panel, status=ReviewStatus.SUBMITTED)
        .select_related("reviewer")
        .prefetch_related("scores")
        .order_by("finished_at", "pk")
    )


def latest_panel(application: Application) -> Panel | None:
    """The panel of the present or last round."""
    if has_panels(application):
        return next(iter(panels_of(application)), None)
    return (
        Panel.objects.filter(application_id=application.pk)
        .select_related("rubric", "result", "application__provider")
        .order_by("-round")
        .first()
    )


def has_settled(application: Application) -> bool:
    """Whether the panel of the present round has come to a result."""
    panel = latest_panel(application)
    return panel is not None and panel.status == PanelStatus.SETTLED


def waiting_for(user: User) -> QuerySet[Panel]:
    """The panels on which a seat is free that `user` may take, the longest wait first."""
    held = (
        Review.objects.filter(panel=OuterRef("pk"), status__in=HOLDING)
        .order_by()
        .values("panel")
        .annotate(count=Count("pk"))
        .values("count")
    )
    free = Q()
    for status, seats in SEATS.items():
        free |= Q(status=status, held__lt=seats)
    return (
        Panel.objects.annotate(held=Coalesce(Subquery(held, output_field=IntegerField()), Value(0)))
        .filter(free)
        .exclude(pk__in=Review.objects.filter(reviewer=user).values("panel"))
        .exclude(application__provider__organisation__in=linked_to([user]).values("organisation"))
        .exclude(application__created_by=user)
        .exclude(application__submitted_by=user)
        .select_related("application__provider")
        .order_by("application__submitted_at", "pk")
    )


def assignable_to(panel: Panel) -> list[User]:
    """Who may be given a seat: reviewers without a conflict who had no review of this round."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if "review.submit" in held]
    people = staff_with_roles(roles).exclude(reviews__panel=panel)
    organisation = panel.application.provider.organisation_id
    return [one for one in people if not linked_to([one]).filter(organisation=organisation).exists()]


@dataclass(frozen=True)
class PanelView:
    """A panel as far as its viewer may know it.

    `seats` is for whoever assigns, `reviews` and `result` are empty until the panel has settled.
    """

    panel: Panel
    own: Review | None
    may_take: bool
    why_not: str
    seats: list[Review]
    may_assign: bool
    reviews: list[Review]
    result: PanelResult | None


def view_panel(user: User | AnonymousUser, application: Application) -> PanelView | None:
    """The panel of the present or last round for staff; None for everybody else and where none was opened."""
    if not isinstance(user, User) or not has_permission(user, "review.view"):
        return None
    panel = next(iter(panels_of(application)), None)
    if panel is None:
        return None
    own = next((review for review in panel.reviews.all() if review.reviewer_id == user.pk), None)
    settled = panel.status == PanelStatus.SETTLED
    assigns = panel.is_open and may_assign(user)
    seats = sorted(panel.reviews.all(), key=lambda review: review.pk)
    why_not = ""
    if panel.is_open and own is None:
        why_not = _find_obstacle(user, panel)
    return PanelView(
        panel=panel,
        own=own,
        may_take=panel.is_open and own is None and not why_not,
        why_not=why_not,
        seats=seats if assigns else [],
        may_assign=assigns,
        reviews=judged_in(panel) if settled else [],
        result=panel.result if settled else None,
    )


def hidden_from(user: User | AnonymousUser) -> QuerySet[Review]:
    """Reviews of others in open panels, for whoever reviews: the audit log leaves them out until the panel ended."""
    if not isinstance(user, User) or not has_permission(user, "review.submit"):
        return Review.objects.none()
    return Review.objects.filter(panel__status__in=OPEN_PANELS).exclude(reviewer=user)


def without_hidden(user: User | AnonymousUser, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """`entries` without what would tell a reviewer about the others of an open panel."""
    hidden = [str(pk) for pk in hidden_from(user).values_list("pk", flat=True)]
    return entries.exclude(subject_type=Review._meta.label_lower, subject_id__in=hidden) if hidden else entries


def with_judgement(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Scores and the evidence that they are about ready, for a form and for representations."""
    return reviews.prefetch_related("scores", Prefetch("panel__application__evidence"), "panel__rubric__levels")


def overdue_first(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """What is to be written first, the longest wait of an applicant on top."""
    return reviews.order_by(F("finished_at").desc(nulls_first=True), "panel__application__submitted_at", "pk")


def all_rubrics() -> list[Rubric]:
    """Every version with its texts, the newest first."""
    return list(Rubric.objects.select_related("created_by").prefetch_related("levels").order_by("-number"))


def newest_rubric() -> Rubric | None:
    """The version that counts for new panels; None before the first submission."""
    return Rubric.objects.prefetch_related("levels").order_by("-number").first()


def _find_obstacle(user: User, panel: Panel) -> str:
    """The sentence that keeps `user` from taking a seat, empty when nothing does."""
    try:
        check_take(user, panel)
        policies.check_seat(panel, held_seats(panel))
    except DomainError as error:
        return str(error.message)
    return ""
