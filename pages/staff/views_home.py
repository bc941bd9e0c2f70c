"""The staff home page: what waits, by clock; what the viewer's own role decides stands first."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import has_permission
from common.jobs import selectors as jobs
from common.templatetags.paddock import day, moment, percent
from merchants.clocks import STAFF_WITHIN, business_day
from merchants.matching import selectors as matching
from merchants.requests import selectors as requests
from pages.base import StaffPage, TitledPage
from pages.job_names import name_job
from pages.staff.waiting_conduct import list_probations, list_watch
from pages.staff.waiting_scoring import list_disputes
from pages.waiting import SHOWN, Section, Waiting, say_days, say_left, say_wait
from providers.admission import selectors as admission
from providers.admission.clocks import Clock, read_clock
from providers.admission.review import selectors as reviews
from providers.registry import selectors as registry
from scoring.capabilities import selectors as capabilities
from scoring.seasons import selectors as seasons
from scoring.seasons.enums import SeasonStatus
from scoring.seasons.models import Season
from scoring.seasons.policies import NOTICE_DAYS, SETTLEMENT_LAG_DAYS

# The permission that decides what a section lists; holders see the section first.
DECIDES = {
    "reviews": "review.submit",
    "applications": "application.admit",
    "answers": "application.uphold",
    "watch": "watch.notify",
    "probations": "probation.decide",
    "disputes": "dispute.decide",
    "requests": "match.manage",
    "invitations": "match.manage",
    "seasons": "season.advance",
    "jobs": "run.start",
}


class Today(StaffPage, TitledPage):
    """What waits, by clock."""

    title = gettext_lazy("Today")
    permission = "provider.view"
    template_name = "staff/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        makers: tuple[Callable[[Any, datetime], Section], ...] = (
            list_reviews,
            list_applications,
            list_answers,
            list_watch,
            list_probations,
            list_disputes,
            list_requests,
            list_invitations,
            list_seasons,
            list_jobs,
        )
        may_review = has_permission(self.request.user, DECIDES["reviews"])
        sections = [make(self.request.user, now) for make in makers if may_review or make is not list_reviews]
        by_key = {section.key: section for section in sections}
        sections.sort(key=lambda section: not has_permission(self.request.user, DECIDES[section.key]))
        return super().get_context_data(
            lead=day(business_day(now)),
            sections=sections,
            applications=by_key["applications"],
            requests=by_key["requests"],
            invitations=by_key["invitations"],
            working=registry.active().count(),
            run=capabilities.current_run(),
            **kwargs,
        )


def list_reviews(user: Any, now: datetime) -> Section:
    """The viewer's own reviews that are to be written, the longest wait of an applicant first."""
    due = reviews.due_for(user)
    entries = [
        Waiting(
            title=one.panel.application.provider.name,
            note=_("begun, kept on %(when)s") % {"when": moment(one.draft_at)} if one.draft_at else _("not begun"),
            url=reverse("pages:staff:review_detail", args=[one.pk]),
            clock=say_wait(one.panel.application.submitted_at, now),
            late=read_clock(one.panel.application.submitted_at, now) == Clock.OVERDUE,
        )
        for one in due[:SHOWN]
    ]
    return Section(
        key="reviews",
        title=_("Your reviews due"),
        entries=entries,
        total=due.count(),
        empty=_("You have no review to write."),
        url=reverse("pages:staff:review_list"),
        link=_("Your reviews"),
    )


def list_applications(user: Any, now: datetime) -> Section:
    """Submitted applications, the longest wait first."""
    waiting = admission.waiting_for_review(user)
    entries = [
        Waiting(
            title=one.provider.name,
            note=f"{one.provider.get_provider_type_display()} · {one.provider.get_category_display()}",
            url=reverse("pages:staff:application_case", args=[one.pk]),
            clock=say_wait(one.submitted_at, now),
            late=read_clock(one.submitted_at, now) == Clock.OVERDUE,
        )
        for one in waiting[:SHOWN]
    ]
    return Section(
        key="applications",
        title=_("Applications to decide"),
        entries=entries,
        total=waiting.count(),
        empty=_("Nobody waits for a decision."),
        url=reverse("pages:staff:application_queue"),
        link=_("Admission queue"),
    )


def list_answers(user: Any, now: datetime) -> Section:
    """Rejections that were answered, the first to end on top."""
    waiting = admission.answers_to_decide(user)
    entries = [
        Waiting(
            title=one.provider.name,
            note=f"{one.number} · {one.window.code}",
            url=reverse("pages:staff:application_case", args=[one.pk]),
            clock=say_left(one.standstill_until, now) if one.standstill_until else "",
            late=one.standstill_until is not None and one.standstill_until <= now,
        )
        for one in waiting[:SHOWN]
    ]
    return Section(
        key="answers",
        title=_("Answers to rejections"),
        entries=entries,
        total=waiting.count(),
        empty=_("No answer waits for a second decision."),
        url=f"{reverse('pages:staff:application_queue')}?status=standstill",
        link=_("Rejections that stand still"),
    )


def list_requests(user: Any, now: datetime) -> Section:
    """Requests that found nobody or whose clock has run out."""
    stuck = requests.stuck(user, now)
    entries = [
        Waiting(
            title=f"{one.code} {one.title}",
            note=one.merchant.name,
            url=reverse("pages:staff:match_request", args=[one.pk]),
            clock=say_left(one.due_at, now) if one.due_at else "",
            late=one.due_at is not None and one.due_at <= now,
            about=one,
        )
        for one in stuck[:SHOWN]
    ]
    return Section(
        key="requests",
        title=_("Requests that are stuck"),
        entries=entries,
        total=stuck.count(),
        empty=_("Every request moves within its time."),
        url=reverse("pages:staff:match_desk"),
        link=_("Match desk"),
    )


def list_invitations(user: Any, now: datetime) -> Section:
    """Invitations that expire within a day, the first to expire on top."""
    soon = matching.expiring(user, now + STAFF_WITHIN)
    entries = [
        Waiting(
            title=one.provider.name,
            note=f"{one.request.code} {one.request.title}",
            url=reverse("pages:staff:match_request", args=[one.request_id]),
            clock=say_left(one.expires_at, now),
            late=one.expires_at <= now,
        )
        for one in soon[:SHOWN]
    ]
    return Section(
        key="invitations",
        title=_("Invitations about to expire"),
        entries=entries,
        total=soon.count(),
        empty=_("No invitation expires within a day."),
        url=reverse("pages:staff:match_desk"),
        link=_("Match desk"),
    )


def list_seasons(user: Any, now: datetime) -> Section:
    """The next date of every season that is not final."""
    today = business_day(now)
    entries = []
    for season in seasons.unfinished(user):
        what, when = next_date(season)
        entries.append(
            Waiting(
                title=season.code,
                note=_("%(what)s: %(day)s") % {"what": what, "day": day(when)},
                url=reverse("pages:staff:season_detail", args=[season.pk]),
                clock=say_days(when, today),
                late=when < today,
                about=season,
            )
        )
    entries += [missing_season(season, today) for season in seasons.without_successor()]
    return Section(
        key="seasons",
        title=_("Season dates"),
        entries=entries,
        total=len(entries),
        empty=_("No season is planned or open."),
        url=reverse("pages:staff:season_list"),
        link=_("Seasons"),
    )


def missing_season(season: Season, today: date) -> Waiting:
    """A season runs, and nobody has prepared what comes after it."""
    by = season.ends_on - timedelta(days=NOTICE_DAYS)
    return Waiting(
        title=season.code,
        note=_("No season is prepared after it"),
        url=reverse("pages:staff:season_create"),
        clock=say_days(by, today),
        late=by < today,
    )


def next_date(season: Season) -> tuple[str, Any]:
    """What is due next in a season, and on which day."""
    if season.status == SeasonStatus.DRAFT:
        return _("Announce by"), season.starts_on - timedelta(days=NOTICE_DAYS)
    if season.status == SeasonStatus.ANNOUNCED:
        return _("Starts"), season.starts_on
    if season.status == SeasonStatus.RUNNING:
        return _("Last day"), season.ends_on
    if season.status == SeasonStatus.STANDSTILL:
        return _("Objections until"), season.objections_until
    return _("Figures settled"), season.ends_on + timedelta(days=SETTLEMENT_LAG_DAYS)


def list_jobs(user: Any, now: datetime) -> Section:
    """Work under way, and what failed since yesterday."""
    recent = jobs.open_or_failed(user, may_view_all=has_permission(user, "job.view"), since=now - timedelta(days=1))
    entries = [
        Waiting(
            title=name_job(one.name),
            note=one.phase or one.error,
            url=reverse("pages:job", args=[one.pk]),
            clock=moment(one.created_at) if one.percent is None else percent(one.percent / 100),
            late=not one.is_open,
            about=one,
        )
        for one in recent[:SHOWN]
    ]
    return Section(
        key="jobs",
        title=_("Running work"),
        entries=entries,
        total=recent.count(),
        empty=_("Nothing runs and nothing failed since yesterday."),
        url=reverse("pages:staff:score_run_list"),
        link=_("Score runs"),
    )
