"""A rejection, its answer and the second decision on pages and in the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from providers.admission import review_services as review
from providers.admission.decision_models import RejectionReason
from providers.admission.decision_services import finalise_due_rejections
from providers.admission.models import Application
from providers.admission.services import create_application, edit_application
from tests.factories.accounts import make_staff
from tests.factories.providers import make_application, owner_of, unchanged
from tests.integration.providers.test_windows import as_user, by_api

pytestmark = pytest.mark.django_db

QUEUE, HOME, API = "/staff/applications/", "/provider/application/", "/api/v1/applications"


def reject_page(application: Application) -> str:
    return f"{QUEUE}{application.pk}/reject/"


def test_the_reasons_form() -> None:
    application, client = make_application(status="settled"), as_user(make_staff())
    case = client.get(f"{QUEUE}{application.pk}/")
    assert reject_page(application) in case.content.decode()
    page = client.get(reject_page(application))
    assert len(page.context["form"].rows) == 6
    form = {
        "version": application.version,
        "note": "Not yet.",
        "about_1": "criterion:records",
        "sentence_1": "The hours are not in the records.",
        "about_3": "capability:live_operations",
        "sentence_3": "No case can be checked.",
        "sentence_4": "The letter is missing.",
    }
    response = client.post(reject_page(application), form, follow=True)
    assert response.redirect_chain == [(f"{QUEUE}{application.pk}/", 302)]
    body = response.content.decode()
    for text in ("may answer before it is final", "Records of the platform", "No case can be checked.", "Other reason"):
        assert text in body
    kept = [(row.criterion, row.capability) for row in RejectionReason.objects.filter(application=application)]
    assert kept == [("records", ""), ("", "live_operations"), ("", "")]


def test_bad_reasons_keep_what_was_written() -> None:
    application, client = make_application(status="settled"), as_user(make_staff())
    form = {"version": application.version, "note": "Not yet.", "about_1": "criterion:records"}
    with unchanged():
        response = client.post(reject_page(application), form)
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"sentence_1"}
        assert 'value="criterion:records" selected' in response.content.decode()
        none = client.post(reject_page(application), {"version": application.version, "note": "Not yet."})
        assert (none.status_code, list(none.context["form"].errors)) == (400, ["__all__"])
        stale = client.post(reject_page(application), {**form, "sentence_1": "Bad.", "version": 1})
        assert stale.status_code == 409
    auditor = as_user(make_staff(Role.AUDITOR))
    with unchanged():
        assert auditor.get(reject_page(application)).status_code == 403
        assert auditor.post(reject_page(application), {**form, "sentence_1": "Bad."}).status_code == 403
    assert client.get(reject_page(make_application(status="admitted"))).status_code == 409


def test_the_applicant_answers_and_somebody_else_upholds() -> None:
    application = make_application(status="standstill")
    applicant = as_user(owner_of(application.provider))
    page = applicant.get(HOME)
    body = page.content.decode()
    for text in ("This is not final yet.", "The figures cannot be found in the records.", "Send the answer"):
        assert text in body
    assert application.decided_by is not None
    assert application.decided_by.email not in body
    assert [offer.action for offer in page.context["offers"]] == ["withdraw"]
    answer = {"action": "answer", "note": "See page 3.", "version": application.version}
    with unchanged():
        assert applicant.post(f"{HOME}act/", {**answer, "note": " "}).status_code == 400
    body = applicant.post(f"{HOME}act/", answer, follow=True).content.decode()
    for text in ("See page 3.", "You answered.", "Your answer is with the reviewers."):
        assert text in body
    assert "Send the answer" not in body

    first, second = as_user(application.decided_by), as_user(make_staff())
    offers = {offer.action: str(offer.reason) for offer in first.get(f"{QUEUE}{application.pk}/").context["offers"]}
    assert offers == {"uphold": "You took the first decision, so somebody else upholds it.", "reconsider": ""}
    case = second.get(f"{QUEUE}{application.pk}/")
    assert "See page 3." in case.content.decode()
    form = {"action": "uphold", "note": "Page 3 says nothing.", "version": application.version + 1}
    with unchanged():
        assert first.post(f"{QUEUE}{application.pk}/act/", form).status_code == 403
    body = second.post(f"{QUEUE}{application.pk}/act/", form, follow=True).content.decode()
    assert "Upheld. The rejection is final" in body
    body = applicant.get(HOME).content.decode()
    for text in ("The application was rejected.", "Page 3 says nothing.", "You can apply again from"):
        assert text in body
    assert "Begin a new application" not in body
    with unchanged():
        assert applicant.post(f"{HOME}begin/").status_code == 409


def test_a_second_application_shows_its_changes_to_both() -> None:
    first = make_application(status="rejected", summary="We run live rooms.", now=timezone.now() - timedelta(days=150))
    provider, owner = first.provider, owner_of(first.provider)
    applicant = as_user(owner)
    assert "Begin a new application" in applicant.get(HOME).content.decode()
    second = create_application(provider_id=provider.pk, by=owner)
    edit_application(application_id=second.pk, changes={"summary": "We run live rooms at night."}, by=owner)
    review.submit_application(application_id=second.pk, by=owner)
    for page in (applicant.get(HOME), as_user(make_staff()).get(f"{QUEUE}{second.pk}/")):
        body = page.content.decode()
        assert f"Changed since {first.number}" in body
        assert "<del>We run live rooms.</del>" in body
        assert "<ins>We run live rooms at night.</ins>" in body
    api = by_api(make_staff()).get(f"{API}/{second.pk}/changes").json()
    assert api == {
        "against": first.number,
        "changes": [
            {
                "part": "texts",
                "key": "summary",
                "name": "summary",
                "kind": "changed",
                "lines": [
                    {"sign": "-", "text": "We run live rooms."},
                    {"sign": "+", "text": "We run live rooms at night."},
                ],
            }
        ],
    }


def test_the_api_from_rejection_to_the_final_word() -> None:
    application = make_application(status="settled")
    address = f"{API}/{application.pk}"
    reviewer, owner = by_api(make_staff()), by_api(owner_of(application.provider))
    step = {"action": "reject", "note": "Not yet.", "version": application.version}
    with unchanged():
        refused = reviewer.post(f"{address}/actions", step)
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            400,
            "reasons_required",
            "reasons",
        )
        bad = reviewer.post(f"{address}/actions", {**step, "action": "admit", "reasons": [{"sentence": "x"}]})
        assert bad.status_code == 400
        unknown = [{"capability": "cooking", "sentence": "x"}]
        assert reviewer.post(f"{address}/actions", {**step, "reasons": unknown}).status_code == 400
    reasons = [{"criterion": "records", "sentence": "Not in the records."}, {"sentence": "No letter."}]
    body = reviewer.post(f"{address}/actions", {**step, "reasons": reasons}).json()
    assert (body["status"], body["decision_round"]) == ("standstill", 1)
    assert [(row["about"], row["sentence"]) for row in body["reasons"]] == [
        ("Records of the platform", "Not in the records."),
        ("Other reason", "No letter."),
    ]
    seen = owner.get(address).json()
    assert {offer["action"]: offer["allowed"] for offer in seen["allowed_actions"]} == {
        "answer": True,
        "uphold": False,
        "reconsider": False,
        "finalise": False,
        "withdraw": True,
    }
    answer = {"action": "answer", "note": "See.", "version": seen["version"]}
    body = owner.post(f"{address}/actions", answer).json()
    assert [row["text"] for row in body["answers"]] == ["See."]
    step = {"action": "reconsider", "note": "They are right.", "version": body["version"]}
    with unchanged():
        finalise = reviewer.post(f"{address}/actions", {**step, "action": "finalise"})
        assert (finalise.status_code, finalise.json()["code"]) == (409, "illegal_transition")
    body = reviewer.post(f"{address}/actions", step).json()
    assert (body["status"], body["decision_round"], body["decision_note"]) == ("submitted", 2, None)


def test_the_clock_is_named_on_the_case() -> None:
    application = make_application(status="standstill", now=timezone.now() - timedelta(days=11))
    assert finalise_due_rejections() == 1
    body = as_user(make_staff()).get(f"{QUEUE}{application.pk}/").content.decode()
    assert "by the clock" in body
    assert "Become final" in body  # the log


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_many_reasons(count: int, django_assert_num_queries: Any) -> None:
    application = make_application(status="settled")
    reasons = [review.Reason(f"Reason {number}.") for number in range(count)]
    review.reject_application(application_id=application.pk, by=make_staff(), note="No.", reasons=reasons)
    applicant, reviewer = as_user(owner_of(application.provider)), as_user(make_staff())
    with django_assert_num_queries(13):
        assert applicant.get(HOME).status_code == 200
    with django_assert_num_queries(19):
        assert reviewer.get(f"{QUEUE}{application.pk}/").status_code == 200
