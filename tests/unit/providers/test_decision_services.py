"""A rejection from its reasons to the final word, and the application after it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.selectors import entries_of
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted, Stale
from providers.admission import policies, selectors, services
from providers.admission import review_services as review
from providers.admission.decision_models import ApplicationAnswer, RejectionReason
from providers.admission.decision_services import finalise_due_rejections, finalise_rejection
from providers.admission.models import Application
from providers.admission.permissions import check_offer
from providers.admission.reasons import CRITERIA, Reason, name_subject
from providers.admission.states import APPLICATION
from providers.traders.services import leave_trader
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import (
    REASONS,
    make_application,
    make_provider,
    make_trader,
    owner_of,
    settle_panel,
    unchanged,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
UNTIL = NOON + timedelta(days=10)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def rejected(**fields: Any) -> Application:
    """An application whose rejection of NOON stands still."""
    return make_application(status="standstill", now=NOON, **fields)


def told(application: Application) -> list[str]:
    sent = Notice.objects.filter(organisation=application.provider.organisation_id).order_by("pk")
    return [notice.kind for notice in sent]


def first_decider(application: Application) -> Any:
    assert application.decided_by is not None
    return application.decided_by


def test_a_rejection_keeps_its_reasons_and_stands_still() -> None:
    application = make_application(status="settled", now=NOON)
    reasons = [
        Reason(" The figures are not in the records. ", criterion="records"),
        Reason("No case can be checked.", capability="live_operations"),
        Reason("The letter is missing."),
    ]
    changed = review.reject_application(
        application_id=application.pk, by=make_staff(), note="Not yet.", reasons=reasons, now=NOON
    )
    assert (changed.status, changed.standstill_until, changed.decision_round) == ("standstill", UNTIL, 1)
    kept = [(row.decision_round, str(row.about), row.sentence) for row in RejectionReason.objects.all()]
    assert kept == [
        (1, "Records of the platform", "The figures are not in the records."),
        (1, "Live operations", "No case can be checked."),
        (1, "Other reason", "The letter is missing."),
    ]
    assert told(application) == ["application.standstill"]
    assert Notice.objects.get(kind="application.standstill").text == (
        f"{application.number}: you can read every reason and answer once until Mar 11, 2026. Only then is it final."
    )


@pytest.mark.parametrize(
    "reasons",
    [
        [],
        [Reason("  ")],
        [Reason("x" * 1001)],
        [Reason("Cooking.", capability="cooking")],
        [Reason("Both.", criterion="records", capability="live_operations")],
        [Reason("Again.")] * 13,
    ],
    ids=["none", "empty", "long", "unknown", "both", "many"],
)
def test_bad_reasons(reasons: Sequence[Reason]) -> None:
    application, reviewer = make_application(status="settled"), make_staff()
    with unchanged(), pytest.raises(InvalidInput) as refusal:
        review.reject_application(application_id=application.pk, by=reviewer, note="No.", reasons=reasons)
    assert refusal.value.field == "reasons"


def test_a_criterion_that_is_gone_is_called_by_its_key() -> None:
    assert str(name_subject("licence_2019", "")) == "licence_2019"
    assert str(name_subject("records", "")) == CRITERIA["records"]


def test_answer() -> None:
    application = rejected()
    owner = owner_of(application.provider)
    changed = review.answer_rejection(
        application_id=application.pk, by=owner, note=" See page 3. ", version=application.version, now=UNTIL - MINUTE
    )
    assert (changed.status, changed.version) == ("standstill", application.version + 1)
    answer = ApplicationAnswer.objects.get()
    assert (answer.text, answer.answered_at, answer.answered_by) == ("See page 3.", UNTIL - MINUTE, owner)
    with unchanged(), pytest.raises(Conflict, match="answered already"):
        review.answer_rejection(application_id=application.pk, by=owner, note="And more.", now=UNTIL - MINUTE)


def test_answers_that_are_refused() -> None:
    application = rejected()
    owner = owner_of(application.provider)
    attempts: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"note": "  "}, InvalidInput),
        ({"version": 1}, Stale),
        ({"by": make_staff()}, NotPermitted),
        ({"by": make_member(application.provider.organisation, Role.PROVIDER_TRADER)}, NotPermitted),
        ({"now": UNTIL}, Conflict),
    ]
    with unchanged():
        for change, error in attempts:
            with pytest.raises(error):
                review.answer_rejection(
                    **{"application_id": application.pk, "by": owner, "note": "See.", "now": NOON, **change}
                )


def test_uphold_after_the_answer_by_somebody_else() -> None:
    application = rejected()
    first, second = first_decider(application), make_staff()
    act = {"application_id": application.pk, "note": "Page 3 says nothing.", "now": NOON + DAY}
    with unchanged(), pytest.raises(Conflict, match="may answer until Mar 11, 2026, 12:00"):
        review.uphold_rejection(by=second, **act)
    review.answer_rejection(
        application_id=application.pk, by=owner_of(application.provider), note="See.", now=NOON + MINUTE
    )
    with unchanged():
        with pytest.raises(NotPermitted) as refusal:
            review.uphold_rejection(by=first, **act)
        assert refusal.value.reason == "first_decision"
        with pytest.raises(InvalidInput):
            review.uphold_rejection(by=second, **{**act, "note": ""})
    final = review.uphold_rejection(by=second, **act)
    assert (final.status, final.finalised_at, final.finalised_by) == ("rejected", NOON + DAY, second)
    assert (final.final_note, final.decided_by) == ("Page 3 says nothing.", first)
    assert told(application) == ["application.standstill", "application.final"]
    assert "apply again from May 31, 2026" in Notice.objects.get(kind="application.final").text


def test_uphold_without_an_answer_when_the_time_is_over() -> None:
    application = rejected()
    final = review.uphold_rejection(application_id=application.pk, by=make_staff(), note="Nobody answered.", now=UNTIL)
    assert (final.status, final.finalised_at) == ("rejected", UNTIL)


def test_reconsider_begins_a_new_round() -> None:
    application = rejected()
    first = first_decider(application)
    review.answer_rejection(application_id=application.pk, by=owner_of(application.provider), note="See.", now=NOON)
    again = review.reconsider_rejection(application_id=application.pk, by=first, note="They are right.", now=NOON + DAY)
    assert (again.status, again.decision_round, again.decided_at, again.standstill_until) == (
        "submitted",
        2,
        None,
        None,
    )
    settle_panel(again, now=NOON + DAY)
    review.reject_application(
        application_id=application.pk, by=first, note="Still not.", reasons=[Reason("No licence.")], now=NOON + DAY
    )
    review.answer_rejection(
        application_id=application.pk, by=owner_of(application.provider), note="Here.", now=NOON + DAY
    )
    rounds = selectors.rounds_of(Application.objects.get(pk=application.pk))
    assert [(one.number, one.taken_back, [r.sentence for r in one.reasons], one.answer.text) for one in rounds] == [
        (2, False, ["No licence."], "Here."),
        (1, True, [REASONS[0].sentence], "See."),
    ]
    assert told(application) == ["application.standstill", "application.reconsidered", "application.standstill"]
    assert entries_of(application)[2].changes == {"status": ["standstill", "submitted"], "round": 2}


def test_the_clock_makes_it_final() -> None:
    application, answered, later = rejected(), rejected(), make_application(status="standstill", now=NOON + DAY)
    review.answer_rejection(application_id=answered.pk, by=owner_of(answered.provider), note="See.", now=NOON)
    assert finalise_due_rejections(now=UNTIL - MINUTE) == 0
    assert finalise_due_rejections(now=UNTIL + MINUTE) == 1
    assert finalise_due_rejections(now=UNTIL + MINUTE) == 0
    application.refresh_from_db()
    assert (application.status, application.finalised_at, application.finalised_by) == ("rejected", UNTIL, None)
    entry = entries_of(application).first()
    assert (entry.action, entry.by, entry.at) == ("application.finalise", None, UNTIL + MINUTE)
    assert told(application) == ["application.standstill", "application.final"]
    with unchanged():
        with pytest.raises(Conflict, match="a person decides"):
            finalise_rejection(application_id=answered.pk, now=UNTIL)
        with pytest.raises(Conflict, match="may answer until"):
            finalise_rejection(application_id=later.pk, now=UNTIL)
        with pytest.raises(IllegalTransition):
            finalise_rejection(application_id=application.pk, now=UNTIL)


def test_buttons_say_why_not() -> None:
    application = rejected()

    def offers(user: Any, now: datetime) -> dict[str, str]:
        found = APPLICATION.offer_actions(application, lambda row: check_offer(user, application, row, now))
        return {offer.action: "" if offer.allowed else str(offer.reason) for offer in found}

    until = "The applicant may answer until Mar 11, 2026, 12:00."
    other, first = make_staff(), first_decider(application)
    assert offers(other, NOON) == {
        "answer": "Your role does not allow this.",
        "uphold": until,
        "reconsider": "",
        "finalise": "The portal takes this step by itself.",
        "withdraw": "Your role does not allow this.",
    }
    assert offers(other, UNTIL)["uphold"] == ""
    assert offers(first, UNTIL)["uphold"] == "You took the first decision, so somebody else upholds it."
    owner = owner_of(application.provider)
    assert (offers(owner, NOON)["answer"], offers(owner, NOON)["withdraw"]) == ("", "")
    assert offers(owner, UNTIL)["answer"] == "The time to answer ended on Mar 11, 2026, 12:00."


def test_a_new_application_waits_its_days() -> None:
    application = make_application(status="rejected", now=NOON)
    provider = application.provider
    assert (application.finalised_at, str(policies.reapply_day(provider))) == (UNTIL, "2026-06-09")
    eve = datetime(2026, 6, 8, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    with unchanged(), pytest.raises(Conflict) as refusal:
        services.create_application(provider_id=provider.pk, by=owner_of(provider), now=eve)
    assert refusal.value.reason == "too_early"
    assert str(refusal.value.message) == ("Your last application was rejected. You can apply again from Jun 9, 2026.")
    begun = services.create_application(provider_id=provider.pk, by=owner_of(provider), now=eve + MINUTE)
    assert begun.status == "draft"


def test_who_withdraws_during_the_standstill_waits_as_well() -> None:
    application = rejected()
    owner = owner_of(application.provider)
    withdrawn = services.withdraw_application(application_id=application.pk, by=owner, now=NOON + DAY)
    assert (withdrawn.status, withdrawn.decided_at) == ("withdrawn", NOON)
    assert str(policies.reapply_day(application.provider)) == "2026-05-31"


def test_a_new_application_takes_over_and_shows_what_it_changed() -> None:
    first = make_application(status="withdrawn", summary="We run live rooms.", contact_name="Lin Lan")
    provider, owner = first.provider, owner_of(first.provider)
    stays, gone = make_trader(provider), first.traders.get()
    first.traders.add(stays)
    leave_trader(trader_id=gone.pk, by=owner, note="Moved on.")
    second = services.create_application(provider_id=provider.pk, by=owner)
    assert (second.summary, second.contact_name, second.contact_phone) == (
        "We run live rooms.",
        "Lin Lan",
        "0571 8888 0000",
    )
    assert [(item.capability, item.links) for item in second.evidence.all()] == [
        ("live_operations", ["https://example.com/cases"])
    ]
    assert list(second.traders.all()) == [stays]
    assert entries_of(second).first().changes == {"window": "ROLLING", "taken_over_from": first.number}
    services.edit_application(application_id=second.pk, changes={"summary": "We run more."}, by=owner)
    second.refresh_from_db()
    before, changes = selectors.compare_with_previous(second)
    assert before == first
    assert [(change.key, change.kind) for change in changes] == [("summary", "changed"), ("traders", "removed")]
    assert selectors.compare_with_previous(make_application()) == (None, [])


def test_notices_of_the_other_decisions() -> None:
    returned, admitted = make_application(status="returned"), make_application(status="admitted")
    assert told(returned) == ["application.returned"]
    assert "“Because of the evidence.”" in Notice.objects.get(kind="application.returned").text
    assert told(admitted) == ["application.admitted"]


@pytest.mark.parametrize("model", [RejectionReason, ApplicationAnswer])
def test_what_was_written_stays(model: Any) -> None:
    application = rejected()
    review.answer_rejection(application_id=application.pk, by=owner_of(application.provider), note="See.", now=NOON)
    for write in (lambda: model.objects.update(decision_round=2), lambda: model.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            write()


REASON_BREAKS = {
    "reason_about_one_thing": {"criterion": "records", "capability": "live_operations"},
    "reason_capability_known": {"capability": "cooking"},
    "reason_has_sentence": {"sentence": ""},
    "reason_round_counts": {"decision_round": 0},
}
ANSWER_BREAKS = {
    "answer_once_per_round": {},
    "answer_has_text": {"text": "", "decision_round": 2},
    "answer_round_counts": {"decision_round": 0},
}


@pytest.mark.parametrize("constraint", REASON_BREAKS)
def test_reason_constraints(constraint: str) -> None:
    values = {"decision_round": 1, "sentence": "Bad.", **REASON_BREAKS[constraint]}
    with pytest.raises(IntegrityError, match=constraint):
        RejectionReason.objects.create(application=rejected(), **values)


@pytest.mark.parametrize("constraint", ANSWER_BREAKS)
def test_answer_constraints(constraint: str) -> None:
    application = rejected()
    owner = owner_of(application.provider)
    review.answer_rejection(application_id=application.pk, by=owner, note="See.", now=NOON)
    values = {"decision_round": 1, "text": "Again.", **ANSWER_BREAKS[constraint]}
    with pytest.raises(IntegrityError, match=constraint):
        ApplicationAnswer.objects.create(application=application, answered_by=owner, **values)


def test_every_constraint_has_its_test() -> None:
    assert {constraint.name for constraint in RejectionReason._meta.constraints} == set(REASON_BREAKS)
    assert {constraint.name for constraint in ApplicationAnswer._meta.constraints} == set(ANSWER_BREAKS)


def test_who_is_registered_only_can_wait_without_a_refusal() -> None:
    assert policies.reapply_day(make_provider()) is None
