"""The pages of review: form, panel, queue, bulk actions, agreement, rubric, saved filters."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import SavedFilter, User
from accounts.roles import Role
from providers.admission.models import Application
from providers.admission.review.models import Review
from providers.admission.review.rubric_models import Rubric
from providers.admission.triage_services import triage_application
from providers.enums import Capability
from tests.factories.accounts import make_staff
from tests.factories.criteria import make_published_set
from tests.factories.documents import make_document
from tests.factories.providers import make_application, make_review, owner_of, settle_panel, unchanged
from tests.factories.relations import make_link

pytestmark = pytest.mark.django_db

QUEUE, REVIEWS = "/staff/applications/", "/staff/reviews/"
NO_EVIDENCE = {f"level_{key}": "none" for key in Capability.values}


def as_user(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.get(pk=user.pk))
    return client


def read(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def form_of(review: Review, **changes: str) -> dict[str, str]:
    levels = {"level_live_operations": "3", "comment_live_operations": "On record."}
    return {**NO_EVIDENCE, **levels, "recommendation": "admit", "reasons": "Good.", "version": "1", **changes}


def states(client: Client, **query: str) -> dict[str, str]:
    """What the queue says of each panel, by the application's number."""
    rows = client.get(QUEUE, query).context["table"].rows
    return {row.record.number: row.record.panel_state for row in rows}


def test_take_the_next_and_hand_in() -> None:
    application, reviewer = make_application(), make_staff()
    client = as_user(reviewer)
    response = client.post(f"{REVIEWS}next/", follow=True)
    review = Review.objects.get()
    address = f"{REVIEWS}{review.pk}/"
    assert response.redirect_chain == [(address, 302)]
    body = response.content.decode()
    for text in (
        "We ran 300 live rooms in 2021.",
        "No evidence given.",
        "3 · Steady daily hours",
        "No evidence to judge",
    ):
        assert text in body
    response = client.post(address, form_of(review), follow=True)
    assert "Handed in. It cannot be changed any more" in response.content.decode()
    review.refresh_from_db()
    assert (review.status, review.recommendation) == ("submitted", "admit")
    assert [score.level for score in review.scores.all()] == [None, None, None, None, 3]
    with unchanged():
        assert client.post(address, form_of(review, version="2")).status_code == 409
    assert application.number in read(client, REVIEWS)


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"level_supply_chain": ""}, 400, "Supply chain: This field is required."),
        ({"level_supply_chain": "7"}, 400, "Supply chain: Select a valid choice."),
        ({"comment_live_operations": " "}, 400, "Live operations: A level needs a comment."),
        ({"recommendation": "crown"}, 400, "Recommendation: Select a valid choice."),
        ({"reasons": ""}, 400, "Reasons: This field is required."),
        ({"version": "9"}, 409, "changed by somebody else"),
    ],
)
def test_refused_judgements(changes: dict[str, str], code: int, says: str) -> None:
    review = make_review(make_application(), status="assigned")
    with unchanged():
        response = as_user(review.reviewer).post(f"{REVIEWS}{review.pk}/", form_of(review, **changes))
    assert response.status_code == code
    assert says in response.content.decode()


def test_step_back_and_take_away() -> None:
    application = make_application()
    mine, other = make_review(application, status="assigned"), make_review(application, status="assigned")
    client, admin = as_user(mine.reviewer), as_user(make_staff(Role.ADMINISTRATOR))
    form = {"action": "recuse", "note": "I know them.", "version": "1"}
    with unchanged():
        assert client.post(f"{REVIEWS}{other.pk}/act/", form).status_code == 404
        assert client.post(f"{REVIEWS}{mine.pk}/act/", {**form, "note": ""}).status_code == 400
        assert client.post(f"{REVIEWS}{mine.pk}/act/", {**form, "action": "submit"}).status_code == 409
        assert client.post(f"{REVIEWS}{mine.pk}/act/", {**form, "action": "release"}).status_code == 403
    response = client.post(f"{REVIEWS}{mine.pk}/act/", form, follow=True)
    assert "You stepped back." in response.content.decode()
    response = admin.post(f"{REVIEWS}{other.pk}/act/", {**form, "action": "release"}, follow=True)
    assert "The review is taken away." in response.content.decode()
    assert sorted(Review.objects.values_list("status", flat=True)) == ["lapsed", "recused"]


def test_an_administrator_asks_somebody() -> None:
    application, reviewer = make_application(), make_staff()
    reviewer.name = "Lin Lan"
    reviewer.save()
    admin, address = as_user(make_staff(Role.ADMINISTRATOR)), f"{QUEUE}{application.pk}/"
    assert f'<option value="{reviewer.pk}">Lin Lan</option>' in read(admin, address)
    other = as_user(make_staff())
    with unchanged():
        assert admin.post(f"{address}reviews/assign/", {"reviewer": "x"}).status_code == 404
        assert other.post(f"{address}reviews/assign/", {"reviewer": reviewer.pk}).status_code == 403
        assert admin.post(f"{address}reviews/take/").status_code == 403
    response = admin.post(f"{address}reviews/assign/", {"reviewer": reviewer.pk}, follow=True)
    assert "The reviewer is asked, and has a notice." in response.content.decode()
    assert Review.objects.get().reviewer == reviewer


def test_no_page_tells_reviewers_of_each_other() -> None:
    """The other's name, judgement and progress appear nowhere until the panel has settled, and then on the case."""
    application = make_application()
    first, second = make_review(application), make_review(application, status="assigned")
    names = {first: "Zenobia First", second: "Yorick Second"}
    for review, name in names.items():
        User.objects.filter(pk=review.reviewer_id).update(name=name)
    outsider = make_staff()
    case = f"{QUEUE}{application.pk}/"
    for person, others in (
        (first.reviewer, ["Yorick"]),
        (second.reviewer, ["Zenobia", "Because of the evidence.", "state-handed_in"]),
        (outsider, ["Yorick", "Zenobia", "Because of the evidence.", "state-handed_in"]),
    ):
        client = as_user(person)
        for address in (case, QUEUE, f"{QUEUE}?status=", REVIEWS, "/staff/", "/staff/agreement/"):
            body = read(client, address)
            assert [word for word in others if word in body] == [], (person, address)
        other = second if person == first.reviewer else first
        assert client.get(f"{REVIEWS}{other.pk}/").status_code == 404
        offers = client.get(case).context["offers"]
        assert {str(offer.reason) for offer in offers} == {"The reviewers' panel has not settled yet.", ""}
    assert states(as_user(first.reviewer)) == {application.number: "handed_in"}
    assert states(as_user(second.reviewer)) == {application.number: "mine"}
    assert states(as_user(outsider)) == {application.number: "under_review"}
    as_user(second.reviewer).post(f"{REVIEWS}{second.pk}/", form_of(second))
    body = read(as_user(first.reviewer), case)
    for text in ("The panel recommends: Admit.", "Zenobia First", "Yorick Second", "Because of the evidence.", "Good."):
        assert text in body
    assert "Zenobia" not in read(as_user(owner_of(application.provider)), "/provider/application/")


def test_a_filter_does_not_tell_either() -> None:
    """The waiting counterpart is told from nobody's list: own cases are never among those that need somebody."""
    application = make_application()
    review = make_review(application)
    mine, other = as_user(review.reviewer), as_user(make_staff())
    needs = ("needs_first", "needs_second", "needs_third", "under_review")
    assert [states(mine, panel=state) for state in needs] == [{}] * 4
    assert states(other, panel="needs_second") == {application.number: "needs_second"}
    second = make_review(application, status="assigned")
    assert [states(mine, panel=state) for state in needs] == [{}] * 4
    assert states(as_user(second.reviewer), panel="mine") == {application.number: "mine"}
    make_review(make_application(), levels=(None, None, None, None, 0))
    settled = make_application()
    settle_panel(settled)
    assert states(mine, panel="settled") == {settled.number: "settled"}


def test_a_third_is_needed() -> None:
    application = make_application()
    first = make_review(application)
    make_review(application, recommendation="reject")
    assert states(as_user(make_staff()), panel="needs_third") == {application.number: "needs_third"}
    assert states(as_user(first.reviewer)) == {application.number: "handed_in"}
    make_review(application, status="assigned")
    assert states(as_user(make_staff())) == {application.number: "under_review"}


def test_bulk_take_and_its_report() -> None:
    free, full = make_application(), make_application()
    settle_panel(full)
    client = as_user(make_staff())
    body = read(client, QUEUE)
    assert f'form="bulk" name="item" value="{free.pk}:{free.version}"' in body
    items = [f"{one.pk}:{one.version}" for one in (free, full)]
    response = client.post(f"{QUEUE}bulk/", {"action": "take", "item": items})
    assert [(row.application, row.done) for row in response.context["rows"]] == [(free, True), (full, False)]
    assert "1 of 2 applications were dealt with." in response.content.decode()
    assert "This application needs no reviewer any more." in response.content.decode()
    assert Review.objects.filter(status="assigned").get().panel.application == free


@pytest.mark.parametrize(
    ("form", "code", "says"),
    [
        ({"action": "take"}, 400, "Nothing is selected."),
        ({"action": "crown", "item": "1:1"}, 400, "There is no such action"),
        ({"action": "take", "item": "one"}, 400, "A selected row cannot be read."),
        ({"action": "take", "item": "0:1"}, 404, "nothing here"),
        ({"action": "reject", "item": "1:1"}, 400, "This decision needs a reason."),
        ({"action": "take", "item": ["1:1"] * 101}, 400, "More than 100 are selected."),
    ],
)
def test_refused_bulk(form: dict[str, Any], code: int, says: str) -> None:
    make_application()
    client = as_user(make_staff())
    with unchanged():
        response = client.post(f"{QUEUE}bulk/", form)
    assert response.status_code == code
    assert says in response.content.decode()


def test_bulk_rejects_definite_fails_alone() -> None:
    application = make_application()
    form = {"action": "reject", "note": "Fake.", "item": f"{application.pk}:{application.version}"}
    client = as_user(make_staff())
    with unchanged():
        response = client.post(f"{QUEUE}bulk/", form)
    assert "The triage of this application is no definite fail." in response.content.decode()


def test_who_cannot_review_selects_nothing() -> None:
    make_application()
    body = read(as_user(make_staff(Role.AUDITOR)), QUEUE)
    assert 'name="item"' not in body
    assert "Take the next one" not in body


def test_the_keys_are_documented() -> None:
    body = read(as_user(make_staff()), QUEUE)
    assert re.findall(r"<kbd>(.)</kbd>", body) == ["j", "k", "x", "?"]
    assert "<kbd>Enter</kbd>" in body


def test_saved_filters() -> None:
    client = as_user(make_staff())
    form = {"list_name": "applications", "name": "Mine", "query": "panel=mine", "next": QUEUE}
    response = client.post("/filters/save/", form)
    assert (response.status_code, response.headers["Location"]) == (302, f"{QUEUE}?panel=mine")
    assert f'<a href="{QUEUE}?panel=mine">Mine</a>' in read(client, QUEUE)
    assert "Mine</a>" not in read(client, "/staff/providers/")
    saved, other = SavedFilter.objects.get(), as_user(make_staff())
    with unchanged():
        assert other.post(f"/filters/{saved.pk}/delete/").status_code == 404
        assert client.post("/filters/save/", {**form, "query": "panel=x"}).status_code == 400
    response = client.post("/filters/save/", {**form, "name": "Away", "next": "https://evil.example/"})
    assert response.headers["Location"].startswith("/home/")
    assert client.post(f"/filters/{saved.pk}/delete/", {"next": QUEUE}).headers["Location"] == QUEUE
    assert [one.name for one in SavedFilter.objects.all()] == ["Away"]


def test_agreement() -> None:
    for levels in ((1, 2, 3, 4, 0), (2, 2, 3, 3, 1)):
        application = make_application()
        make_review(application, levels=(1, 2, 3, 4, 1))
        make_review(application, levels=levels)
    make_review(make_application(), levels=(4, 4, 4, 4, 4))
    response = as_user(make_staff(Role.AUDITOR)).get("/staff/agreement/")
    found = response.context["found"]
    assert (found.panels, found.thirds, found.overall.pairs, int(found.overall.table.sum())) == (2, 0, 10, 10)
    assert [one.difference for one in response.context["leniency"]] == [0.2, 0.0, 0.0, -0.2]
    client = as_user(make_staff())
    assert "leniency" not in client.get("/staff/agreement/").context
    assert "No panel settled in this period." in read(
        client, "/staff/agreement/", since="2020-01-01", until="2020-02-01"
    )
    assert "The period ends before" in read(client, "/staff/agreement/", since="2020-02-01", until="2020-01-01")
    whole = client.get("/staff/agreement/", {"since": "0001-01-01", "until": "9999-12-31"})
    assert whole.context["found"].panels == 2
    assert as_user(make_staff(Role.RACE_STEWARD)).get("/staff/agreement/").status_code == 403


def test_the_rubric_and_its_next_version() -> None:
    admin, address = as_user(make_staff(Role.ADMINISTRATOR)), "/staff/rubric/"
    assert "There is no rubric yet." in read(admin, address)
    assert admin.get(f"{address}new/").status_code == 404
    make_application()
    assert "Steady daily hours" in read(as_user(make_staff()), address)
    initial = admin.get(f"{address}new/").context["form"].initial
    other = as_user(make_staff())
    with unchanged():
        assert admin.post(f"{address}new/", {**initial, "note": ""}).status_code == 400
        assert admin.post(f"{address}new/", {**initial, "note": "So.", "version": 9}).status_code == 409
        assert other.post(f"{address}new/", {**initial, "note": "So."}).status_code == 403
    form = {**initial, "note": "Stricter.", "margin": 0, "supply_chain_4_en": "The very best."}
    assert "Published. New panels judge by it." in admin.post(f"{address}new/", form, follow=True).content.decode()
    assert Rubric.objects.get(number=2).margin == 0
    assert "The very best." in read(admin, address)
    assert "The very best." not in read(admin, f"{address}1/")
    assert admin.get(f"{address}3/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    reviewer = make_staff()
    for _ in range(count):
        application = make_application()
        settle_panel(application)
        make_review(make_application(), reviewer, status="assigned")
    for address, person, queries in (
        (QUEUE, reviewer, 7),
        (REVIEWS, reviewer, 7),
        ("/staff/agreement/", make_staff(Role.AUDITOR), 9),
        ("/staff/rubric/", reviewer, 6),
    ):
        client = as_user(person)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_case_and_a_review_cost_the_same_however_many_wait(count: int, django_assert_num_queries: Any) -> None:
    applications = [make_application() for _ in range(count)]
    settle_panel(applications[0])
    review = make_review(make_application(), status="assigned")
    reviewer, own = as_user(make_staff()), as_user(review.reviewer)
    with django_assert_num_queries(17):
        assert reviewer.get(f"{QUEUE}{applications[0].pk}/").status_code == 200
    with django_assert_num_queries(9):
        assert own.get(f"{REVIEWS}{review.pk}/").status_code == 200
    assert Application.objects.count() == count + 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_full_case_costs_twenty_statements(count: int, django_assert_num_queries: Any) -> None:
    make_published_set()
    application = make_application(provider=make_link().provider)
    for document_type in ("business_licence", "tax_certificate", "lease")[:count]:
        make_document(application.provider, document_type=document_type, status="accepted")
    triage_application(application_id=application.pk)
    settle_panel(application)
    reviewer = as_user(make_staff())
    with django_assert_num_queries(20):
        page = reviewer.get(f"{QUEUE}{application.pk}/")
    assert page.status_code == 200
    assert len(page.context["document_lines"]) >= count


def test_a_review_is_kept_for_later_and_there_again_for_its_writer_alone() -> None:
    review = make_review(make_application(), status="assigned")
    writer = as_user(review.reviewer)
    address = f"{REVIEWS}{review.pk}/"
    half = {"level_live_operations": "3", "reasons": "So far so good.", "later": "1", "version": "1"}
    page = writer.post(address, half, follow=True)
    assert page.redirect_chain == [(address, 302)]
    text = page.content.decode()
    assert "Kept. Only you can read it" in text
    assert "So far so good.</textarea>" in text
    assert re.search(r'name="level_live_operations"[^>]*value="3"[^>]*checked', text)
    today = read(writer, "/staff/")
    assert "Your reviews due" in today
    assert "begun, kept on" in today
    administrator = as_user(make_staff(Role.ADMINISTRATOR))
    for client, place in ((administrator, address), (administrator, f"{QUEUE}{review.panel.application_id}/")):
        assert "So far so good." not in read(client, place)
    assert as_user(make_staff()).get(address).status_code == 404
    writer.post(address, form_of(review))
    assert "So far so good." not in read(writer, address)
