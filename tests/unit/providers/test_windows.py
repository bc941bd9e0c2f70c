"""Admission windows: what the database holds, the steps by hand and by the clock, who may apply in which."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.admission import review_services as review
from providers.admission import services as admission
from providers.admission import window_services as lists
from providers.admission.window_selectors import count_states, list_of, undecided_of
from providers.windows import services
from providers.windows.models import AdmissionWindow
from providers.windows.selectors import open_for, visible_to
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import REASONS, make_application, make_provider, make_window, owner_of, unchanged

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
CLOSES = NOON + timedelta(days=10)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TERMS: dict[str, Any] = {
    "code": "2026-SPRING",
    "title_zh": "春季招募",
    "title_en": "Spring",
    "text_zh": "请提供证据。",
    "text_en": "Show evidence.",
    "kind": "fixed",
    "opens_at": NOON,
    "closes_at": CLOSES,
}
# By the state in which the window is, the change that must fail.
BREAKS: list[tuple[str, dict[str, Any], str]] = [
    ("draft", {"status": "lost"}, "window_status_known"),
    ("draft", {"kind": "eternal"}, "window_end_by_kind"),
    ("draft", {"provider_types": ["bank"]}, "window_types_known"),
    ("draft", {"categories": ["arms"]}, "window_categories_known"),
    ("draft", {"closes_at": NOON - DAY}, "window_closes_after_it_opens"),
    ("draft", {"closes_at": None}, "window_end_by_kind"),
    ("draft", {"kind": "rolling"}, "window_end_by_kind"),
    ("standstill", {"kind": "rolling"}, "window_end_by_kind"),
    ("draft", {"places": 0}, "window_places_some"),
    ("draft", {"standstill_days": 91}, "window_days_in_range"),
    ("draft", {"reapply_after_days": 731}, "window_days_in_range"),
    ("draft", {"return_grace_days": 61}, "window_days_in_range"),
    ("draft", {"status": "announced"}, "window_announced_stamp"),
    ("announced", {"announced_at": None}, "window_announced_stamp"),
    ("announced", {"status": "open"}, "window_opened_stamp"),
    ("open", {"status": "closed"}, "window_closed_stamp"),
    ("closed", {"status": "standstill"}, "window_standstill_has_end"),
    ("standstill", {"standstill_until": None}, "window_standstill_has_end"),
    ("standstill", {"status": "final"}, "window_finalised_stamp"),
    ("final", {"finalised_at": None}, "window_finalised_stamp"),
]


def states(window: AdmissionWindow) -> str:
    return AdmissionWindow.objects.get(pk=window.pk).status


@pytest.mark.parametrize(("status", "changes", "constraint"), BREAKS, ids=str)
def test_what_the_database_refuses(status: str, changes: dict[str, Any], constraint: str) -> None:
    window = make_window(status=status, now=NOON + DAY, opens_at=NOON)
    with pytest.raises(IntegrityError) as error:
        AdmissionWindow.objects.filter(pk=window.pk).update(**changes)
    assert f'"{constraint}"' in str(error.value)


def test_every_constraint_has_its_test() -> None:
    tested = {constraint for _status, _changes, constraint in BREAKS}
    assert {constraint.name for constraint in AdmissionWindow._meta.constraints} == tested


def test_create_and_edit() -> None:
    planner = make_staff(Role.PROGRAMME_MANAGER)
    window = services.create_window(terms=TERMS, by=planner, now=NOON)
    assert (window.status, window.created_by, window.version) == ("draft", planner, 1)
    assert (window.standstill_days, window.reapply_after_days, window.return_grace_days) == (10, 90, 7)
    changed = services.edit_window(
        window_id=window.pk, changes={"places": 5, "title_en": " Spring 2026 "}, by=planner, version=1, now=NOON
    )
    assert (changed.places, changed.title_en, changed.version) == (5, "Spring 2026", 2)
    assert entries_of(window).first().changes == {"places": [None, 5], "title_en": ["Spring", "Spring 2026"]}
    with unchanged():
        services.edit_window(window_id=window.pk, changes={"places": 5}, by=planner)


@pytest.mark.parametrize(
    ("terms", "error", "field"),
    [
        ({"closes_at": None}, InvalidInput, "closes_at"),
        ({"closes_at": NOON}, InvalidInput, "closes_at"),
        ({"kind": "rolling"}, InvalidInput, "closes_at"),
        ({"status": "open"}, InvalidInput, "status"),
        ({"code": "ROLLING"}, InvalidInput, "code"),
        ({"code": "no spaces"}, ValidationError, None),
        ({"categories": ["arms"]}, ValidationError, None),
        ({"standstill_days": 91}, ValidationError, None),
    ],
    ids=str,
)
def test_bad_terms(terms: dict[str, Any], error: type[Exception], field: str | None) -> None:
    make_provider()  # with it the window ROLLING
    planner = make_staff(Role.PROGRAMME_MANAGER)
    with unchanged(), pytest.raises(error) as refusal:
        services.create_window(terms={**TERMS, **terms}, by=planner, now=NOON)
    assert getattr(refusal.value, "field", None) == field


def test_terms_are_fixed_by_the_announcement() -> None:
    planner, reviewer = make_staff(Role.PROGRAMME_MANAGER), make_staff()
    window = make_window(status="announced", now=NOON)
    with unchanged():
        with pytest.raises(Conflict, match="terms are fixed"):
            services.edit_window(window_id=window.pk, changes={"places": 5}, by=planner)
        with pytest.raises(Stale):
            services.open_window(window_id=window.pk, by=planner, note="Early.", version=1)
        with pytest.raises(InvalidInput):
            services.open_window(window_id=window.pk, by=planner, note=" ")
        with pytest.raises(NotPermitted):
            services.open_window(window_id=window.pk, by=reviewer, note="Early.", now=NOON)
        with pytest.raises(NotFound):
            services.open_window(window_id=0, by=planner, note="Early.")


def test_the_clock_goes_all_the_way() -> None:
    window = make_window(status="announced", now=NOON - DAY, opens_at=NOON, closes_at=CLOSES, standstill_days=3)
    assert lists.advance_due_windows(now=NOON - MINUTE) == 0
    assert lists.advance_due_windows(now=NOON) == 1
    assert lists.advance_due_windows(now=NOON) == 0  # a second tick finds nothing
    assert lists.advance_due_windows(now=CLOSES - MINUTE) == 0
    assert lists.advance_due_windows(now=CLOSES + MINUTE) == 2  # closed, and nothing waits
    window.refresh_from_db()
    assert (window.status, window.opened_at, window.closed_at) == ("standstill", NOON, CLOSES)
    assert (window.opened_by, window.closed_by) == (None, None)
    assert window.standstill_until == CLOSES + MINUTE + 3 * DAY
    assert lists.advance_due_windows(now=window.standstill_until - MINUTE) == 0
    assert lists.advance_due_windows(now=window.standstill_until) == 1
    assert states(window) == "final"
    steps = [(entry.action, entry.by, entry.changes["status"]) for entry in entries_of(window).order_by("pk")[2:]]
    assert steps == [
        ("window.open", None, ["announced", "open"]),
        ("window.close", None, ["open", "closed"]),
        ("window.stand_still", None, ["closed", "standstill"]),
        ("window.finalise", None, ["standstill", "final"]),
    ]


def test_after_a_long_stop_the_announced_times_count() -> None:
    window = make_window(status="announced", now=NOON - DAY, opens_at=NOON, closes_at=CLOSES, standstill_days=0)
    assert lists.advance_due_windows(now=CLOSES + DAY) == 4
    window.refresh_from_db()
    assert (window.status, window.opened_at, window.closed_at) == ("final", NOON, CLOSES)


def test_by_hand_it_opens_and_closes_early() -> None:
    planner = make_staff(Role.ADMINISTRATOR)
    window = make_window(status="announced", now=NOON, opens_at=NOON + DAY, closes_at=CLOSES)
    opened = services.open_window(window_id=window.pk, by=planner, note="All is ready.", now=NOON)
    assert (opened.opens_at, opened.opened_at, opened.opened_by) == (NOON, NOON, planner)
    closed = lists.close_window(window_id=window.pk, by=planner, note="Enough.", now=NOON + DAY)
    assert (closed.closes_at, closed.closed_at, closed.closed_by) == (NOON + DAY, NOON + DAY, planner)
    entry = entries_of(window).first()
    assert (entry.note, entry.changes["closes_at"][0][:10]) == ("Enough.", "2026-03-11")


def test_a_rolling_window_ends_closed() -> None:
    planner = make_staff(Role.PROGRAMME_MANAGER)
    window = make_window(kind="rolling", now=NOON)
    assert lists.advance_due_windows(now=NOON + 900 * DAY) == 0
    closed = lists.close_window(window_id=window.pk, by=planner, note="The programme ends.", now=NOON + DAY)
    assert (closed.status, closed.closes_at) == ("closed", NOON + DAY)
    assert lists.advance_due_windows(now=NOON + 900 * DAY) == 0
    with unchanged(), pytest.raises(Conflict, match="no list that stands still"):
        lists.begin_standstill(window_id=window.pk, by=planner, note="Now.", now=NOON + DAY)


def test_a_list_waits_for_every_decision_and_every_rejection() -> None:
    window = make_window(now=NOON, standstill_days=5)
    inside = NOON + MINUTE
    waiting, rejected = (make_application(window=window, now=inside, status=s) for s in ("settled", "standstill"))
    make_application(window=window, now=inside, status="draft")
    planner, reviewer = make_staff(Role.PROGRAMME_MANAGER), make_staff()
    window.refresh_from_db()
    assert lists.advance_due_windows(now=CLOSES) == 1
    assert [item.pk for item in undecided_of(window, CLOSES)] == [waiting.pk]
    with unchanged(), pytest.raises(Conflict, match="not decided on yet: 1"):
        lists.begin_standstill(window_id=window.pk, by=planner, note="Now.", now=CLOSES)
    review.admit_application(application_id=waiting.pk, by=reviewer, note="Good.", now=CLOSES)
    assert lists.advance_due_windows(now=CLOSES) == 1
    review.answer_rejection(
        application_id=rejected.pk, by=owner_of(rejected.provider), note="We have records.", now=inside + DAY
    )
    late = CLOSES + 6 * DAY
    with unchanged():
        assert lists.advance_due_windows(now=late) == 0
        with pytest.raises(Conflict, match="still stand still: 1"):
            lists.finalise_window(window_id=window.pk, by=planner, note="Now.", now=late)
    review.uphold_rejection(application_id=rejected.pk, by=reviewer, note="No records.", now=late)
    assert lists.advance_due_windows(now=late) == 1
    assert count_states(window)["admitted"] == count_states(window)["rejected"] == count_states(window)["draft"] == 1
    assert [(item.pk, item.status) for item in list_of(window)] == [
        (waiting.pk, "admitted"),
        (rejected.pk, "rejected"),
    ]


def test_applicants_are_told_of_closing_and_of_the_list() -> None:
    window = make_window(now=NOON, standstill_days=0)
    inside = NOON + MINUTE
    admitted, draft, gone = (
        make_application(window=window, now=inside, status=s) for s in ("admitted", "draft", "withdrawn")
    )
    Notice.objects.all().delete()
    assert lists.advance_due_windows(now=CLOSES) == 3

    def told(application: Any) -> list[str]:
        sent = Notice.objects.filter(organisation=application.provider.organisation_id).order_by("pk")
        return [notice.kind for notice in sent]

    assert told(admitted) == ["window.closed", "window.final"]
    assert told(draft) == ["window.missed"]
    assert told(gone) == []
    last = Notice.objects.get(kind="window.final")
    assert last.title == f"The list of admission window {window.code} is final"
    assert last.text == f"Companies admitted: 1. See how your application {admitted.number} ended."


def test_which_windows_fit() -> None:
    provider = make_provider(provider_type="brand", category="books")
    everybody = AdmissionWindow.objects.get(code="ROLLING")
    fits = make_window(now=NOON, provider_types=["brand", "supply_chain"], categories=["books"])
    make_window(now=NOON, provider_types=["supply_chain"])
    make_window(now=NOON, categories=["food"])
    make_window(now=NOON, status="announced")
    make_window(now=NOON, status="draft")
    assert list(open_for(provider, NOON)) == [fits, everybody]
    assert list(open_for(provider, fits.closes_at)) == [everybody]  # before the clock's tick


def test_an_application_takes_the_open_window_or_the_chosen_one() -> None:
    provider = make_provider()
    window = make_window(now=NOON)
    with unchanged():
        with pytest.raises(InvalidInput, match="Several admission windows") as refusal:
            admission.create_application(provider_id=provider.pk, by=owner_of(provider), now=NOON)
        assert refusal.value.remedy == f"Choose one of them: {window.code}, ROLLING."
        with pytest.raises(InvalidInput, match="“W-NONE” is not open"):
            admission.create_application(provider_id=provider.pk, by=owner_of(provider), window="W-NONE", now=NOON)
    begun = admission.create_application(provider_id=provider.pk, by=owner_of(provider), window=window.code, now=NOON)
    assert begun.window == window
    other = make_provider()
    alone = admission.create_application(provider_id=other.pk, by=owner_of(other), now=CLOSES)
    assert alone.window.code == "ROLLING"


def test_without_an_open_window_the_next_one_is_named() -> None:
    provider, planner = make_provider(), make_staff(Role.PROGRAMME_MANAGER)
    rolling = AdmissionWindow.objects.get(code="ROLLING")
    lists.close_window(window_id=rolling.pk, by=planner, note="Pause.", now=NOON)
    with unchanged(), pytest.raises(Conflict) as refusal:
        admission.create_application(provider_id=provider.pk, by=owner_of(provider), now=NOON)
    assert refusal.value.reason == "no_window"
    assert refusal.value.remedy == "None is announced yet. Look at the admission windows again later."
    window = make_window(status="announced", now=NOON, opens_at=NOON + DAY)
    with unchanged(), pytest.raises(Conflict) as refusal:
        admission.create_application(provider_id=provider.pk, by=owner_of(provider), now=NOON)
    assert refusal.value.remedy == f"The next one, {window.code}, opens on Mar 2, 2026, 12:00."


def test_it_is_submitted_until_the_window_closes() -> None:
    window = make_window(now=NOON)
    first, second = (make_application(window=window, now=NOON, status="draft") for _ in range(2))
    admission.submit_application(application_id=first.pk, by=owner_of(first.provider), now=CLOSES - MINUTE)
    with unchanged(), pytest.raises(Conflict, match="took applications until Mar 11, 2026, 12:00") as refusal:
        admission.submit_application(application_id=second.pk, by=owner_of(second.provider), now=CLOSES)
    assert refusal.value.reason == "window_closed"


def test_a_returned_one_has_its_days_of_grace() -> None:
    window = make_window(now=NOON)
    in_time, late = (make_application(window=window, now=NOON) for _ in range(2))
    reviewer = make_staff()
    lists.advance_due_windows(now=CLOSES)
    for application in (in_time, late):
        review.return_application(application_id=application.pk, by=reviewer, note="Add figures.", now=CLOSES + DAY)
    window.refresh_from_db()
    assert undecided_of(window, CLOSES + 8 * DAY - MINUTE).count() == 2
    back = admission.submit_application(
        application_id=in_time.pk, by=owner_of(in_time.provider), now=CLOSES + 8 * DAY - MINUTE
    )
    assert back.status == "submitted"
    with unchanged(), pytest.raises(Conflict, match="took applications until Mar 19, 2026"):
        admission.submit_application(application_id=late.pk, by=owner_of(late.provider), now=CLOSES + 8 * DAY)
    assert [item.pk for item in undecided_of(window, CLOSES + 8 * DAY)] == [in_time.pk]


def test_when_all_places_are_taken_nobody_more_is_admitted() -> None:
    window = make_window(now=NOON, places=1)
    first, second = (make_application(window=window, now=NOON, status="settled") for _ in range(2))
    reviewer = make_staff()
    review.admit_application(application_id=first.pk, by=reviewer, note="Good.", now=NOON)
    with unchanged(), pytest.raises(Conflict, match=r"All 1 places of window W\d+ are taken") as refusal:
        review.admit_application(application_id=second.pk, by=reviewer, note="Good.", now=NOON)
    assert refusal.value.reason == "no_place_left"
    review.reject_application(application_id=second.pk, by=reviewer, note="Full.", reasons=REASONS, now=NOON)


def test_steps_out_of_turn() -> None:
    planner = make_staff(Role.PROGRAMME_MANAGER)
    missed = make_window(status="announced", now=NOON - 20 * DAY)
    draft = make_window(status="draft", now=NOON)
    with unchanged():
        with pytest.raises(Conflict, match="closing time of this window is over"):
            services.open_window(window_id=missed.pk, by=planner, note="Late.", now=NOON)
        with pytest.raises(IllegalTransition):
            lists.close_window(window_id=draft.pk, by=planner, note="Early.", now=NOON)
        with pytest.raises(Conflict, match="not time for this step yet"):
            services.open_window(window_id=missed.pk, by=None, now=NOON - 40 * DAY)


def test_the_first_window_is_loaded_once(capsys: Any) -> None:
    call_command("load_windows")
    assert "Opened ROLLING." in capsys.readouterr().out
    assert states(AdmissionWindow.objects.get()) == "open"
    with unchanged():
        call_command("load_windows")
    assert "there already" in capsys.readouterr().out


def test_visible() -> None:
    announced, draft = make_window(status="announced"), make_window(status="draft")
    assert set(visible_to(make_staff(Role.AUDITOR))) == {announced, draft}
    assert list(visible_to(make_user())) == [announced]
