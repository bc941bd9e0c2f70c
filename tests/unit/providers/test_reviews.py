"""Panels and reviews: exact results, refusals change nothing, nothing leaks before a panel has settled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.models import Notice, User
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.admission import policies, review_services
from providers.admission import services as applications
from providers.admission.models import Application
from providers.admission.review import conflicts, selectors, services
from providers.admission.review.models import Panel, PanelResult, Review, ReviewScore
from providers.admission.review.rubric_models import Rubric, RubricLevel
from providers.admission.review.rubric_services import publish_rubric
from providers.enums import Capability
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import (
    REASONS,
    make_application,
    make_provider,
    make_review,
    make_scores,
    owner_of,
    settle_panel,
    unchanged,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
LEVELS = (3, 2, None, 0, 4)


def submit(review: Review, **changes: Any) -> Review:
    arguments: dict[str, Any] = {
        "scores": make_scores(LEVELS),
        "recommendation": "admit",
        "reasons": "Good.",
        "by": review.reviewer,
        **changes,
    }
    return services.submit_review(review_id=review.pk, **arguments)


def panel_of(application: Application) -> Panel:
    return Panel.objects.get(application=application, round=Panel.objects.filter(application=application).count())


def test_a_submission_opens_a_panel_and_each_round_a_new_one() -> None:
    application = make_application()
    first = panel_of(application)
    assert (first.round, first.status, str(first.rubric)) == (1, "reviewing", "v1")
    review = make_review(application, status="assigned")
    review_services.return_application(application_id=application.pk, by=make_staff(), note="Add figures.", now=NOON)
    first.refresh_from_db()
    review.refresh_from_db()
    assert (first.status, first.finished_at, review.status) == ("closed", NOON, "lapsed")
    notice = Notice.objects.get(user=review.reviewer)
    assert (notice.kind, notice.parameters["number"]) == ("review.lapsed", application.number)
    applications.submit_application(application_id=application.pk, by=owner_of(application.provider))
    assert (panel_of(application).round, panel_of(application).status) == (2, "reviewing")
    again = services.take_review(application_id=application.pk, by=review.reviewer)
    assert again.panel.round == 2


def test_two_alike_settle() -> None:
    application = make_application()
    one, two = make_review(application, status="assigned"), make_review(application, status="assigned")
    submit(two, now=NOON)
    assert panel_of(application).status == "reviewing"
    done = submit(one, now=NOON + timedelta(hours=1))
    assert (done.status, done.finished_at, done.recommendation, done.reasons) == (
        "submitted",
        NOON + timedelta(hours=1),
        "admit",
        "Good.",
    )
    assert [(s.capability, s.level, s.comment) for s in done.scores.all()] == [
        (key, level, f"Level {level}.") for key, level in zip(Capability.values, LEVELS, strict=True)
    ]
    panel = panel_of(application)
    assert (panel.status, panel.finished_at) == ("settled", NOON + timedelta(hours=1))
    assert (panel.result.how, panel.result.recommendation) == ("consensus", "admit")
    assert panel.result.scores == [Decimal(3), Decimal(2), None, Decimal(0), Decimal(4)]
    assert sorted(Notice.objects.filter(kind="review.settled").values_list("user", flat=True)) == sorted(
        [one.reviewer_id, two.reviewer_id]
    )
    actions = AuditEntry.objects.filter(subject_type__in=["providers.panel", "providers.review"])
    assert list(actions.order_by("pk").values_list("action", "by")) == [
        ("panel.open", application.submitted_by_id),
        ("review.take", one.reviewer_id),
        ("review.take", two.reviewer_id),
        ("review.submit", two.reviewer_id),
        ("review.submit", one.reviewer_id),
        ("panel.settle", None),
    ]


def test_two_within_the_margin_settle_on_the_mean() -> None:
    application = make_application()
    make_review(application, levels=(3, 2, None, 0, 4))
    make_review(application, levels=(2, 2, None, 1, 4))
    result = PanelResult.objects.get()
    assert (result.how, [None if s is None else float(s) for s in result.scores]) == ("margin", [2.5, 2, None, 0.5, 4])


@pytest.mark.parametrize(
    ("levels", "recommendation"),
    [((1, 2, None, 0, 4), "admit"), ((3, 2, 1, 0, 4), "admit"), ((3, 2, None, 0, 4), "return")],
)
def test_a_third_is_asked_and_the_median_counts(levels: tuple[Any, ...], recommendation: str) -> None:
    application = make_application()
    make_review(application, levels=LEVELS)
    make_review(application, levels=levels, recommendation=recommendation)
    assert (panel_of(application).status, PanelResult.objects.count()) == ("third", 0)
    make_review(application, levels=(2, 2, None, 4, 1), recommendation="reject")
    result = PanelResult.objects.get()
    assert result.how == "third"
    assert result.recommendation == ("return" if recommendation == "return" else "admit")
    assert panel_of(application).status == "settled"
    late = make_staff()
    with unchanged(), pytest.raises(Conflict, match="needs no reviewer"):
        services.take_review(application_id=application.pk, by=late)


def test_the_margin_is_a_part_of_the_rubric() -> None:
    make_application()
    anchors = {key: [(f"{key}{n}", f"{key}{n}") for n in range(5)] for key in Capability.values}
    rubric = publish_rubric(anchors=anchors, margin=0, note="Stricter.", by=make_staff(Role.ADMINISTRATOR), version=1)
    assert (rubric.number, rubric.margin, rubric.levels.count()) == (2, 0, 25)
    application = make_application()
    make_review(application, levels=(3, 2, None, 0, 4))
    make_review(application, levels=(2, 2, None, 0, 4))
    assert (panel_of(application).rubric, panel_of(application).status) == (rubric, "third")


def test_bad_rubrics() -> None:
    make_application()
    admin = make_staff(Role.ADMINISTRATOR)
    good = {key: [("中", "en")] * 5 for key in Capability.values}
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"anchors": {**good, "supply_chain": [("中", "en")] * 4}}, InvalidInput),
        ({"anchors": {**good, "cooking": [("中", "en")] * 5}}, InvalidInput),
        ({"anchors": {**good, "supply_chain": [("中", " ")] * 5}}, InvalidInput),
        ({"margin": 5}, InvalidInput),
        ({"note": " "}, InvalidInput),
        ({"version": 0}, Conflict),
        ({"by": make_staff()}, NotPermitted),
    ]
    with unchanged():
        for change, error in attempts:
            with pytest.raises(error):
                publish_rubric(**{"anchors": good, "margin": 1, "note": "So.", "by": admin, **change})


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"scores": {}}, InvalidInput, "scores"),
        ({"scores": {**make_scores(LEVELS), "cooking": (1, "x")}}, InvalidInput, "scores"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (5, "x")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (-1, "x")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (1, " ")}}, InvalidInput, "scores.supply_chain"),
        ({"scores": {**make_scores(LEVELS), "supply_chain": (1, "x" * 2001)}}, InvalidInput, "scores.supply_chain"),
        ({"recommendation": "crown"}, InvalidInput, "recommendation"),
        ({"reasons": "  "}, InvalidInput, "reasons"),
        ({"version": 7}, Stale, None),
    ],
)
def test_bad_judgements(changes: dict[str, Any], error: type[Exception], field: str | None) -> None:
    review = make_review(make_application(), status="assigned")
    with unchanged(), pytest.raises(error) as refusal:
        submit(review, **changes)
    assert refusal.value.field == field  # type: ignore[attr-defined]


def test_who_may_hand_in() -> None:
    review = make_review(make_application(), status="assigned")
    others = [make_staff(), make_staff(Role.ADMINISTRATOR), owner_of(review.panel.application.provider)]
    with unchanged():
        for person in others:
            with pytest.raises(NotPermitted):
                submit(review, by=person)
        with pytest.raises(NotFound):
            services.submit_review(review_id=0, scores={}, recommendation="", reasons="", by=review.reviewer)
    submit(review)
    with unchanged(), pytest.raises(IllegalTransition):
        submit(review)


def test_stepping_back_and_taking_away_free_the_seat() -> None:
    application, admin = make_application(), make_staff(Role.ADMINISTRATOR)
    mine, other = make_review(application, status="assigned"), make_review(application, status="assigned")
    late = make_staff()
    with unchanged(), pytest.raises(Conflict, match="has all its reviewers"):
        services.take_review(application_id=application.pk, by=late)
    with unchanged():
        with pytest.raises(InvalidInput):
            services.recuse_review(review_id=mine.pk, by=mine.reviewer, note=" ")
        with pytest.raises(NotPermitted):
            services.recuse_review(review_id=mine.pk, by=other.reviewer, note="He knows them.")
        with pytest.raises(NotPermitted):
            services.release_review(review_id=mine.pk, by=mine.reviewer, note="Ill.")
    recused = services.recuse_review(review_id=mine.pk, by=mine.reviewer, note="I know them.", version=1, now=NOON)
    assert (recused.status, recused.note, recused.finished_at) == ("recused", "I know them.", NOON)
    released = services.release_review(review_id=other.pk, by=admin, note="Ill.", version=1)
    assert (released.status, released.note) == ("lapsed", "Ill.")
    with unchanged(), pytest.raises(Conflict, match="had a review of this round"):
        services.take_review(application_id=application.pk, by=mine.reviewer)
    assert [make_review(application, status="assigned").seat for _ in range(2)] == [1, 2]


def test_assign() -> None:
    application, admin, reviewer = make_application(), make_staff(Role.ADMINISTRATOR), make_staff()
    both = make_staff(Role.ADMINISTRATOR, make_staff())
    attempts = [
        (make_staff(), reviewer.pk, NotPermitted),
        (both, reviewer.pk, NotPermitted),
        (admin, make_staff(Role.AUDITOR).pk, NotPermitted),
        (admin, make_user().pk, NotPermitted),
        (admin, 0, NotFound),
    ]
    with unchanged():
        for person, whom, error in attempts:
            with pytest.raises(error):
                services.assign_review(application_id=application.pk, reviewer_id=whom, by=person)
    review = services.assign_review(application_id=application.pk, reviewer_id=reviewer.pk, by=admin)
    assert (review.reviewer, review.created_by) == (reviewer, admin)
    notice = Notice.objects.get(user=reviewer)
    assert (notice.kind, notice.title) == ("review.assigned", f"A review for you: {application.provider.name}")
    assert reviewer not in selectors.assignable_to(review.panel)
    assert selectors.view_panel(both, application).seats == []  # type: ignore[union-attr]


def make_linked(user: User) -> Application:
    """An application of a company that shares a former member with a company of `user`."""
    shared, mine = make_user(), make_provider()
    make_member(mine.organisation, Role.PROVIDER_MANAGER, user)
    make_member(mine.organisation, Role.PROVIDER_TRADER, shared)
    return make_application(make_provider(by=shared))


def test_conflicts_of_interest() -> None:
    reviewer = make_staff()
    insider_case = make_application()
    make_member(insider_case.provider.organisation, Role.PROVIDER_TRADER, reviewer)
    linked_case = make_linked(reviewer)
    free_case = make_application()
    with unchanged():
        for case in (insider_case, linked_case):
            with pytest.raises(NotPermitted) as refusal:
                services.take_review(application_id=case.pk, by=reviewer)
            assert refusal.value.reason == "conflict_of_interest"
            assert reviewer not in selectors.assignable_to(panel_of(case))
    assert services.take_next_review(by=reviewer).panel.application == free_case
    with unchanged(), pytest.raises(Conflict, match="No application waits"):
        services.take_next_review(by=reviewer)
    with unchanged(), pytest.raises(NotPermitted, match="linked"):
        review_services.return_application(application_id=linked_case.pk, by=reviewer, note="More.")


def test_whoever_entered_a_case_does_not_judge_it() -> None:
    application, reviewer = make_application(), make_staff()
    for field in ("created_by", "submitted_by"):
        Application.objects.update(created_by=owner_of(application.provider), submitted_by=application.submitted_by)
        Application.objects.filter(pk=application.pk).update(**{field: reviewer})
        application.refresh_from_db()
        with pytest.raises(NotPermitted, match="entered"):
            conflicts.check_impartial(reviewer, application)
        with unchanged(), pytest.raises(Conflict, match="No application waits"):
            services.take_next_review(by=reviewer)


def test_the_next_one_is_the_longest_wait_with_a_free_seat() -> None:
    late, early, full = make_application(), make_application(), make_application()
    for application, days in ((late, 1), (early, 5), (full, 9)):
        Application.objects.filter(pk=application.pk).update(submitted_at=NOON - timedelta(days=days))
    settle_panel(full)
    reviewer = make_staff()
    assert [services.take_next_review(by=reviewer).panel.application for _ in range(2)] == [early, late]
    auditor = make_staff(Role.AUDITOR)
    with unchanged(), pytest.raises(NotPermitted):
        services.take_next_review(by=auditor)


@pytest.mark.parametrize("decide", [review_services.admit_application, review_services.reject_application])
def test_a_decision_needs_a_settled_panel_and_another_person(decide: Any) -> None:
    application = make_application()
    first = make_review(application, now=NOON)
    people = [make_staff(), first.reviewer]
    with unchanged():
        for person in people:
            with pytest.raises(Conflict) as refusal:
                decide(application_id=application.pk, by=person, note="So.")
            assert refusal.value.reason == "panel_open"
    second = make_review(application)
    with unchanged(), pytest.raises(NotPermitted) as barred:
        decide(application_id=application.pk, by=first.reviewer, note="So.")
    assert barred.value.reason == "reviewed_first"
    reasons = {"reasons": REASONS} if decide is review_services.reject_application else {}
    decided = decide(application_id=application.pk, by=second.reviewer, note="So.", **reasons)
    assert decided.decided_by == second.reviewer


def test_any_reviewer_may_return_before_the_panel_settles_but_the_first_not_afterwards() -> None:
    application = make_application()
    review = make_review(application)
    returned = review_services.return_application(application_id=application.pk, by=review.reviewer, note="More.")
    assert (returned.status, panel_of(application).status) == ("returned", "closed")
    settled = make_application()
    first, second = settle_panel(settled)
    with unchanged(), pytest.raises(NotPermitted):
        review_services.return_application(application_id=settled.pk, by=first.reviewer, note="More.")
    review_services.return_application(application_id=settled.pk, by=second.reviewer, note="More.")
    assert panel_of(settled).status == "settled"


def test_no_definite_fail_without_a_triage() -> None:
    assert policies.is_definite_fail(make_application()) is False
    assert [policies.needs_settled_panel(Application(), action) for action in ("admit", "reject", "return")] == [
        True,
        True,
        False,
    ]


def test_reviewers_learn_nothing_of_each_other_before_the_panel_has_settled() -> None:
    application = make_application()
    first, second = make_review(application), make_review(application, status="assigned")
    third = make_staff()
    for person, own in ((first.reviewer, first), (second.reviewer, second), (third, None)):
        view = selectors.view_panel(person, application)
        assert view is not None
        assert (view.own, view.seats, view.reviews, view.result, view.may_assign) == (own, [], [], None, False)
        assert list(selectors.visible_to(person)) == ([own] if own else [])
        log = selectors.without_hidden(person, AuditEntry.objects.filter(subject_type="providers.review"))
        assert {entry.subject_id for entry in log} == ({str(own.pk)} if own else set())
    admin = make_staff(Role.ADMINISTRATOR)
    assert set(selectors.visible_to(admin)) == {first, second}
    assert not selectors.may_read_judgement(admin, Review.objects.get(pk=first.pk))
    assert selectors.view_panel(owner_of(application.provider), application) is None
    submit(second, scores=make_scores((None, None, None, None, 3)))
    for person in (first.reviewer, second.reviewer, third, admin):
        assert set(selectors.visible_to(person)) == {first, second}
        assert selectors.may_read_judgement(person, Review.objects.get(pk=first.pk))
        assert len(selectors.view_panel(person, application).reviews) == 2  # type: ignore[union-attr]


def test_what_was_handed_in_stays() -> None:
    application = make_application()
    settle_panel(application)
    rows = (
        Review.objects.filter(panel__application=application),
        ReviewScore.objects.all(),
        PanelResult.objects.all(),
        Rubric.objects.all(),
        RubricLevel.objects.all(),
    )
    fields = ("reasons", "comment", "how", "margin", "text_en")
    for queryset, field in zip(rows, fields, strict=True):
        value = 2 if field == "margin" else "third"
        with pytest.raises(InternalError), transaction.atomic():
            queryset.update(**{field: value})
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            queryset._raw_delete(queryset.db)
    waiting = make_review(make_application(), status="assigned")
    Review.objects.filter(pk=waiting.pk).update(note="Still open to change.")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost", "finished_at": NOON}, "review_status_known"),
        ({"seat": 4}, "review_seat_range"),
        ({"seat": 0}, "review_seat_range"),
        ({"finished_at": NOON}, "review_finished_past_assigned"),
        ({"status": "submitted", "finished_at": NOON}, "review_judges_when_submitted"),
        ({"recommendation": "admit"}, "review_judges_when_submitted"),
        ({"status": "recused", "finished_at": NOON}, "review_recused_with_reason"),
        ({"seat": 2}, "review_one_per_seat"),
    ],
)
def test_constraints_of_a_review(changes: dict[str, Any], constraint: str) -> None:
    application = make_application()
    review = make_review(application, status="assigned")
    make_review(application, status="assigned")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**changes)


def test_one_review_per_panel_and_reviewer() -> None:
    review = make_review(make_application(), status="assigned")
    with pytest.raises(IntegrityError, match="review_once_per_panel_and_reviewer"), transaction.atomic():
        Review.objects.create(panel=review.panel, seat=2, reviewer=review.reviewer, created_by=review.reviewer)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "lost", "finished_at": NOON}, "panel_status_known"),
        ({"round": 0}, "panel_round_counts_from_one"),
        ({"status": "settled"}, "panel_finished_when_not_open"),
        ({"finished_at": NOON}, "panel_finished_when_not_open"),
    ],
)
def test_constraints_of_a_panel(changes: dict[str, Any], constraint: str) -> None:
    panel = panel_of(make_application())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Panel.objects.filter(pk=panel.pk).update(**changes)


def test_one_open_panel_per_application() -> None:
    panel = panel_of(make_application())
    for number, constraint in ((1, "panel_once_per_round"), (2, "panel_one_open_per_application")):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Panel.objects.create(application=panel.application, round=number, rubric=panel.rubric)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"capability": "cooking", "level": 1, "comment": "x"}, "review_score_capability_known"),
        ({"capability": "supply_chain", "level": 5, "comment": "x"}, "review_score_level_range"),
        ({"capability": "supply_chain", "level": 1}, "review_score_level_with_comment"),
    ],
)
def test_constraints_of_a_score(values: dict[str, Any], constraint: str) -> None:
    review = make_review(make_application(), status="assigned")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReviewScore.objects.create(review=review, **values)


def test_constraints_of_scores_results_and_rubrics() -> None:
    application = make_application()
    panel, review = panel_of(application), make_review(application, status="assigned")
    ReviewScore.objects.create(review=review, capability="supply_chain")
    result = {"panel": panel, "scores": [None] * 5, "recommendation": "admit", "how": "third"}
    level = {"rubric": panel.rubric, "capability": "supply_chain", "level": 4, "text_zh": "中", "text_en": "en"}
    attempts: list[tuple[Any, dict[str, Any], str]] = [
        (ReviewScore, {"review": review, "capability": "supply_chain"}, "review_score_once_per_capability"),
        (PanelResult, {**result, "scores": [None] * 4}, "panel_result_five_scores"),
        (PanelResult, {**result, "recommendation": "crown"}, "panel_result_recommendation_known"),
        (PanelResult, {**result, "how": "dice"}, "panel_result_how_known"),
        (Rubric, {"number": 2, "margin": 5}, "rubric_margin_range"),
        (Rubric, {"number": 0}, "rubric_number_counts_from_one"),
        (RubricLevel, level, "rubric_level_once"),
        (RubricLevel, {**level, "capability": "cooking"}, "rubric_capability_known"),
        (RubricLevel, {**level, "level": 5}, "rubric_level_range"),
        (RubricLevel, {**level, "level": 5, "text_en": ""}, "rubric_level_(in_both_languages|range)"),
    ]
    for model, values, constraint in attempts:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.create(**values)
