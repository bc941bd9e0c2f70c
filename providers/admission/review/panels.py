"""The panels of an application, read once for all who ask about them."""

from django.db.models import Prefetch, QuerySet

from providers.admission.models import Application
from providers.admission.review.enums import ReviewStatus
from providers.admission.review.models import Panel, Review


def with_panels(applications: QuerySet[Application]) -> QuerySet[Application]:
    """The panels ready for `panels_of`; nothing of them is shown by that."""
    return applications.prefetch_related(Prefetch("panels", _panels()))


def panels_of(application: Application) -> list[Panel]:
    """All rounds, the newest first, each with its reviews in the order in which they were handed in, and their scores.

    Read anew unless the application came from `with_panels`.
    """
    if has_panels(application):
        return list(application.panels.all())
    return list(_panels().filter(application_id=application.pk))


def has_panels(application: Application) -> bool:
    """Whether the panels were read with the application."""
    return "panels" in getattr(application, "_prefetched_objects_cache", {})


def judged_in(panel: Panel) -> list[Review]:
    """The reviews of a panel of `panels_of` that were handed in."""
    return [review for review in panel.reviews.all() if review.status == ReviewStatus.SUBMITTED]


def _panels() -> QuerySet[Panel]:
    reviews = Review.objects.select_related("reviewer").prefetch_related("scores").order_by("finished_at", "pk")
    panels = Panel.objects.select_related("rubric", "result", "application__provider").order_by("-round")
    return panels.prefetch_related(Prefetch("reviews", reviews))
