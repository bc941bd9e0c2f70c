"""The panel of each application in a list, as far as the viewer may know it.

Whoever has or had a review of a round learns of it only that it is to be written or is in, until the panel has settled:
neither a column nor a filter tells reviewers of each other.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, CharField, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import has_permission
from providers.admission.models import Application
from providers.admission.review.enums import HOLDING, OPEN_PANELS, PanelState, PanelStatus, ReviewStatus
from providers.admission.review.models import Panel, Review

FILTERS = (
    PanelState.MINE,
    PanelState.NEEDS_FIRST,
    PanelState.NEEDS_SECOND,
    PanelState.NEEDS_THIRD,
    PanelState.UNDER_REVIEW,
    PanelState.SETTLED,
)


def with_panel_state(applications: QuerySet[Application], user: User | AnonymousUser) -> QuerySet[Application]:
    """Adds `panel_state`, a value of PanelState, and `own_review`, the id of the viewer's review of the open round.

    Both are NULL for whoever is not staff and where no panel was opened.
    """
    if not isinstance(user, User) or not has_permission(user, "review.view"):
        nothing = Value(None, output_field=IntegerField())
        return applications.annotate(panel_state=Value(None, output_field=CharField()), own_review=nothing)
    panels = Panel.objects.filter(application=OuterRef("pk")).order_by("-round")
    reviews = Review.objects.filter(panel__application=OuterRef("pk"), panel__status__in=OPEN_PANELS).order_by()
    held = reviews.filter(status__in=HOLDING).values("panel").annotate(count=Count("pk")).values("count")
    own = reviews.filter(reviewer=user)
    return applications.annotate(
        panel_status=Subquery(panels.values("status")[:1]),
        panel_held=Coalesce(Subquery(held[:1], output_field=IntegerField()), Value(0)),
        own_status=Subquery(own.values("status")[:1]),
        own_review=Subquery(own.filter(status__in=HOLDING).values("pk")[:1]),
    ).annotate(panel_state=Case(*_cases(), default=Value(None), output_field=CharField()))


def in_panel_state(
    applications: QuerySet[Application], user: User | AnonymousUser, state: str
) -> QuerySet[Application]:
    """Those whose panel is in `state` for the viewer."""
    annotated = with_panel_state(applications, user)
    return annotated.filter(panel_state=state)  # type: ignore[misc]  # the annotation is not known to the stubs


def _cases() -> list[Any]:
    """The first that holds counts."""
    reviewing, third = PanelStatus.REVIEWING, PanelStatus.THIRD
    rows = [
        (Q(panel_status=PanelStatus.SETTLED), PanelState.SETTLED),
        (Q(panel_status=PanelStatus.CLOSED), PanelState.CLOSED),
        (Q(own_status=ReviewStatus.ASSIGNED), PanelState.MINE),
        (Q(own_status=ReviewStatus.SUBMITTED), PanelState.HANDED_IN),
        (Q(own_status__isnull=False), PanelState.UNDER_REVIEW),
        (Q(panel_status=reviewing, panel_held=0), PanelState.NEEDS_FIRST),
        (Q(panel_status=reviewing, panel_held=1), PanelState.NEEDS_SECOND),
        (Q(panel_status=third, panel_held=2), PanelState.NEEDS_THIRD),
        (Q(panel_status__isnull=False), PanelState.UNDER_REVIEW),
    ]
    return [When(condition, then=Value(state.value)) for condition, state in rows]
