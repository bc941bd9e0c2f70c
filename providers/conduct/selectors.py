"""Reads about probations, nights and the watch list."""

from datetime import date, timedelta

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, User
from accounts.permissions import has_permission, organisation_ids_with
from accounts.roles import ROLE_PERMISSIONS, OrganisationKind
from common.days import business_day
from providers.conduct.enums import PROBATION_OPEN, WATCH_OPEN, ProbationStatus, WatchStatus
from providers.conduct.models import Judgement, JudgementRow, Probation, WatchEntry
from providers.conduct.policies import HISTORY_DAYS
from providers.criteria.measure_models import ProviderMeasures
from providers.criteria.measures import MEASURE_NAMES, collect_signals
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


def waiting_watch(entries: QuerySet[WatchEntry], today: date) -> QuerySet[WatchEntry]:
    """Those in which staff have to act: a plan to read, or the provider's time to act is over; the latest first."""
    return entries.filter(Q(status=WatchStatus.PLANNED) | Q(status__in=WATCH_OPEN, due_on__lt=today)).order_by(
        "due_on", "pk"
    )


def unsigned_probations(probations: QuerySet[Probation]) -> QuerySet[Probation]:
    """Those that were judged and wait for a person's signature, the longest wait first."""
    return probations.filter(status=ProbationStatus.JUDGED).order_by("judged_on", "pk")


def open_probation_of(provider: Provider) -> Probation | None:
    """The contract under which `provider` works now, if any."""
    return Probation.objects.filter(provider=provider, status__in=PROBATION_OPEN).first()


def contract_to_sign(provider: Provider) -> Probation | None:
    """The contract that waits for this provider's signature, if any."""
    return Probation.objects.filter(provider=provider, status=ProbationStatus.PROPOSED).first()


def notice_to_answer(provider: Provider) -> WatchEntry | None:
    """The notice that waits for a cure plan, the first to end of several."""
    return WatchEntry.objects.filter(provider=provider, status=WatchStatus.NOTIFIED).order_by("due_on", "pk").first()


def due_probations(day: object) -> QuerySet[Probation]:
    """Contracts whose end has come and that were not judged yet."""
    running = (ProbationStatus.PROPOSED, ProbationStatus.RUNNING)
    return Probation.objects.filter(status__in=running, ends_on__lte=day).order_by("pk")


def latest_judgement() -> Judgement | None:
    """The newest night."""
    return Judgement.objects.select_related("criteria_set").order_by("-judged_on", "-pk").first()


def figures_of(provider_id: int, today: date | None = None) -> dict[str, float | None]:
    """The present measures of one provider, None for unknown."""
    signals = collect_signals(np.array([provider_id], dtype=np.int64), today or business_day(timezone.now()))
    return {name: None if np.isnan(values[0]) else float(values[0]) for name, values in signals.items()}


def nights_visible_to(user: User | AnonymousUser) -> QuerySet[Judgement]:
    """Staff see every night, nobody else any."""
    nights = Judgement.objects.select_related("criteria_set")
    return nights if has_permission(user, "watch.view") else nights.none()


def rows_of(night: Judgement) -> QuerySet[JudgementRow]:
    """The providers of a night that did not simply pass."""
    return night.rows.select_related("provider").order_by("provider__code")


def trend_of(provider_id: int, measure: str, today: date) -> list[tuple[date, float]]:
    """One measure of one provider over the last HISTORY_DAYS days, oldest first; empty for what is not kept by day."""
    if measure not in MEASURE_NAMES:
        return []
    since = today - timedelta(days=HISTORY_DAYS - 1)
    rows = ProviderMeasures.objects.filter(
        provider=provider_id, run__measured_on__range=(since, today), **{f"{measure}__isnull": False}
    )
    newest = dict(rows.order_by("run__measured_on", "run").values_list("run__measured_on", measure))
    return list(newest.items())


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
