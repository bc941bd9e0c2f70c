"""Reads about probations, nights and the watch list."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import Membership, User
from accounts.permissions import has_permission, organisation_ids_with
from accounts.roles import ROLE_PERMISSIONS, OrganisationKind
from providers.conduct.enums import PROBATION_OPEN, WATCH_OPEN, ProbationStatus
from providers.conduct.models import Judgement, Probation, WatchEntry
from providers.criteria.models import Criterion
from providers.registry.models import Provider


def probations_visible_to(user: User | AnonymousUser) -> QuerySet[Probation]:
    """Staff see all, members those of their own providers."""
    probations = Probation.objects.select_related("provider", "mentor", "signed_by", "decided_by")
    if has_permission(user, "probation.view"):
        return probations
    return probations.filter(provider__organisation__in=organisation_ids_with(user, "probation.view"))


def watch_visible_to(user: User | AnonymousUser) -> QuerySet[WatchEntry]:
    """Staff see all, members those of their own providers."""
    entries = WatchEntry.objects.select_related("provider", "plan_by", "acted_by", "closed_by")
    if has_permission(user, "watch.view"):
        return entries
    return entries.filter(provider__organisation__in=organisation_ids_with(user, "watch.view"))


def open_watch(entries: QuerySet[WatchEntry]) -> QuerySet[WatchEntry]:
    """Those whose matter is not ended."""
    return entries.filter(status__in=WATCH_OPEN)


def open_probation_of(provider: Provider) -> Probation | None:
    """The contract under which `provider` works now, if any."""
    return Probation.objects.filter(provider=provider, status__in=PROBATION_OPEN).first()


def due_probations(day: object) -> QuerySet[Probation]:
    """Contracts whose end has come and that were not judged yet."""
    running = (ProbationStatus.PROPOSED, ProbationStatus.RUNNING)
    return Probation.objects.filter(status__in=running, ends_on__lte=day).order_by("pk")


def latest_judgement() -> Judgement | None:
    """The newest night."""
    return Judgement.objects.select_related("criteria_set").order_by("-judged_on", "-pk").first()


def criteria_by_key(entries: list[WatchEntry]) -> dict[tuple[int, str], Criterion]:
    """The criterion of each entry by (set, key), in one query."""
    wanted = Q(pk__in=[])
    for set_id, key in {(entry.criteria_set_id, entry.criterion_key) for entry in entries}:
        wanted |= Q(criteria_set=set_id, key=key)
    return {(row.criteria_set_id, row.key): row for row in Criterion.objects.filter(wanted)}


def next_mentor() -> User | None:
    """The staff member who may mentor and has the fewest open contracts; the longest serving of equal ones."""
    roles = [role for role, held in ROLE_PERMISSIONS.items() if "probation.mentor" in held]
    members = Membership.objects.filter(organisation__kind=OrganisationKind.PLATFORM, role__in=roles, ended_at=None)
    open_ones = Count("mentored_probations", filter=Q(mentored_probations__status__in=PROBATION_OPEN))
    people = User.objects.filter(pk__in=members.values("user"), is_active=True)
    return people.annotate(charges=open_ones).order_by("charges", "pk").first()
