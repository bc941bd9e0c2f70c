"""Facts, disputes, corrections and related merchants by page: who sees what, what a step does, what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.registry.models import Provider
from scoring.disputes.models import Dispute
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.models import FactBatch
from scoring.facts.related_models import RelatedMerchant
from scoring.facts.related_services import record_related
from tests.factories.accounts import make_staff
from tests.factories.disputes import make_dispute, make_fake_orders
from tests.factories.documents import make_pdf
from tests.factories.providers import make_provider, owner_of, unchanged
from tests.factories.scoring import make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = business_day(NOW) - timedelta(days=2)
CLAIM = {"column": "refunded_orders", "day_from": DAY, "day_to": DAY, "should_be": "4", "statement": "Not ours."}


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def provider() -> Provider:
    provider = make_provider(status="admitted")
    make_facts(
        [
            {"provider": provider.code, "day": DAY, "merchant": "M1", **work(500, 6, 40), "gmv_minor": 12345},
            {"provider": provider.code, "day": DAY, "merchant": "M2", **work(500, 4, 40)},
            {"provider": "P999999", "day": DAY, **work(1, 1, 1)},
        ],
        day=DAY,
    )
    return provider


def dispute_now(provider: Provider, **claim: Any) -> Dispute:
    return make_dispute(provider, now=NOW, **{"day_from": DAY, "day_to": DAY, **claim})


def test_a_provider_sees_the_facts_behind_a_metric(provider: Provider) -> None:
    make_published_model(now=NOW)
    client = sign_in(owner_of(provider))
    page = client.get("/provider/facts/", {"metric": "refund_rate"})
    assert page.context["totals"] == [("refunded_orders", 10), ("orders", 200)]
    assert [row["fact"].merchant for row in page.context["rows"]] == ["M1", "M2"]
    one = client.get("/provider/facts/", {"merchant": "M2", "column": "refunded_orders"})
    assert one.context["totals"] == [("refunded_orders", 4)]
    assert f"/provider/disputes/new/?day_from={DAY}" in one.content.decode()
    usual = client.get("/provider/facts/").content.decode()
    assert "CN¥123.45" in usual


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-02-02", "until": "2026-02-01"}, "until"),
        ({"since": "2020-01-01", "until": "2026-02-01"}, "since"),
        ({"column": "profit"}, "column"),
        ({"metric": "x"}, "metric"),
    ],
)
def test_a_filter_that_cannot_be(provider: Provider, query: dict[str, str], field: str) -> None:
    page = sign_in(owner_of(provider)).get("/provider/facts/", query)
    assert field in page.context["form"].errors
    assert "rows" not in page.context


def test_facts_are_exported_as_they_are_filtered(provider: Provider) -> None:
    client = sign_in(owner_of(provider))
    csv = client.get("/provider/facts/", {"column": "orders", "_export": "csv"}).content.decode("utf-8-sig")
    assert csv.splitlines()[0] == "day,merchant,trader,orders,source"
    assert [line.split(",")[:4] for line in csv.splitlines()[1:]] == [
        [DAY.isoformat(), "M1", "", "100"],
        [DAY.isoformat(), "M2", "", "100"],
    ]
    rows = client.get("/provider/facts/", {"merchant": "M1", "_export": "json"}).json()
    assert [(row["merchant"], row["gmv_minor"]) for row in rows] == [("M1", 12345)]


def test_facts_of_others_answer_404(provider: Provider) -> None:
    staff = sign_in(make_staff(Role.SCORING_ANALYST))
    assert staff.get(f"/staff/provider-facts/{provider.code}/").context["facts"].count == 2
    assert staff.get("/staff/provider-facts/P000000/").status_code == 404
    stranger = sign_in(owner_of(make_provider()))
    assert stranger.get("/provider/facts/").context["facts"].count == 0


def test_the_cost_of_a_page_of_facts_does_not_grow(provider: Provider) -> None:
    client = sign_in(owner_of(provider))
    client.get("/provider/facts/")
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/provider/facts/").status_code == 200
        counts.append(len(queries))
        make_facts(
            [{"provider": provider.code, "day": DAY - timedelta(days=age), **work(turn, 1, 1)} for age in range(9)]
        )
    assert counts[0] == counts[1]


def test_a_dispute_from_door_to_door(provider: Provider) -> None:
    owner, appeals = sign_in(owner_of(provider)), sign_in(make_staff(Role.APPEALS_OFFICER))
    form = owner.get("/provider/disputes/new/", {"column": "refunded_orders", "day_from": DAY, "merchant": "M1"})
    assert form.context["form"].initial["merchant"] == "M1"
    files = {"file": SimpleUploadedFile("a.pdf", make_pdf()), "second_file": SimpleUploadedFile("b.pdf", make_pdf())}
    sent = owner.post("/provider/disputes/new/", {**CLAIM, **files})
    dispute = Dispute.objects.get()
    assert sent.headers["Location"] == f"/provider/disputes/{dispute.pk}/"
    assert (dispute.should_be, dispute.files.count()) == (4, 2)
    own = owner.get(f"/provider/disputes/{dispute.pk}/")
    assert [offer.action for offer in own.context["offers"]] == ["withdraw"]
    more = owner.post(f"/provider/disputes/{dispute.pk}/evidence/", {"file": SimpleUploadedFile("c.pdf", make_pdf())})
    assert (more.status_code, dispute.files.count()) == (302, 3)
    case = appeals.get(f"/staff/disputes/{dispute.pk}/")
    assert (case.context["held_now"], len(case.context["rows"])) == (10, 2)
    assert [(offer.action, offer.allowed) for offer in case.context["offers"]] == [
        ("uphold", True),
        ("uphold_partly", True),
        ("reject", True),
    ]
    file = appeals.get(f"/staff/disputes/files/{dispute.files.first().pk}/")
    assert (file.getvalue()[:5], file.headers["Content-Disposition"][:10]) == (b"%PDF-", "attachment")
    part = {"granted": "7", "note": "Three are proven.", "version": dispute.version}
    assert appeals.get(f"/staff/disputes/{dispute.pk}/part/").status_code == 200
    assert appeals.post(f"/staff/disputes/{dispute.pk}/part/", {**part, "granted": "2"}).status_code == 400
    assert appeals.post(f"/staff/disputes/{dispute.pk}/part/", part).status_code == 302
    dispute.refresh_from_db()
    assert (dispute.status, dispute.granted) == ("partly_upheld", 7)
    told = owner.get(f"/provider/disputes/{dispute.pk}/").content.decode()
    assert "Three are proven." in told
    assert owner.get(f"/provider/disputes/files/{dispute.files.last().pk}/").getvalue()[:5] == b"%PDF-"


def test_money_is_written_in_yuan(provider: Provider) -> None:
    client = sign_in(owner_of(provider))
    wrong = client.post("/provider/disputes/new/", {**CLAIM, "should_be": "4.5"})
    assert "should_be" in wrong.context["form"].errors
    client.post("/provider/disputes/new/", {**CLAIM, "column": "gmv_minor", "should_be": "200.50"})
    assert Dispute.objects.get().should_be == 20050


def test_a_refusal_stands_on_the_form(provider: Provider) -> None:
    client = sign_in(owner_of(provider))
    with unchanged():
        answer = client.post("/provider/disputes/new/", {**CLAIM, "should_be": "10"})
    assert (answer.status_code, "should_be" in answer.context["form"].errors) == (409, True)


def test_an_importer_gets_the_reason_instead_of_buttons(provider: Provider) -> None:
    analyst = make_staff(Role.SCORING_ANALYST)
    dispute = dispute_now(provider)
    FactBatch.objects.update(imported_by=analyst)
    client = sign_in(analyst)
    offers = client.get(f"/staff/disputes/{dispute.pk}/").context["offers"]
    assert {offer.allowed for offer in offers} == {False}
    act = {"action": "reject", "note": "No.", "version": dispute.version}
    with unchanged():
        assert client.post(f"/staff/disputes/{dispute.pk}/act/", act).status_code == 403


def test_withdraw_and_reject_by_page(provider: Provider) -> None:
    first = dispute_now(provider)
    owner = sign_in(owner_of(provider))
    owner.post(f"/provider/disputes/{first.pk}/act/", {"action": "withdraw", "version": first.version})
    second = dispute_now(provider)
    appeals = sign_in(make_staff(Role.APPEALS_OFFICER))
    act = {"action": "reject", "note": "The papers show nothing.", "version": second.version}
    appeals.post(f"/staff/disputes/{second.pk}/act/", act)
    assert list(Dispute.objects.order_by("pk").values_list("status", flat=True)) == ["withdrawn", "rejected"]


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (None, "/provider/disputes/"),
        (Role.APPEALS_OFFICER, "/staff/disputes/"),
        (Role.AUDITOR, "/staff/corrections/"),
        (Role.CONDUCT_OFFICER, "/staff/related-merchants/"),
    ],
)
def test_lists_do_not_ask_by_row(provider: Provider, role: str | None, address: str) -> None:
    client = sign_in(make_staff(role) if role else owner_of(provider))
    officer = make_staff(Role.CONDUCT_OFFICER)
    counts = []
    for wanted in (1, 3):
        while Dispute.objects.count() < wanted:
            number = Dispute.objects.count()
            dispute_now(provider, column=("orders", "clicks", "exposures")[number], should_be=5)
            make_fake_orders(provider, day=DAY, merchant="M1", orders=1)
            record_related(provider_id=provider.pk, merchant=f"X{number}", note="Kin.", by=officer)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert len(page.context["table"].rows) == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert client.get(address, {"_export": "csv"}).status_code == 200


def test_the_queue_by_its_clock(provider: Provider) -> None:
    late = make_dispute(provider, now=NOW - timedelta(days=8), day_from=DAY - timedelta(days=20),
                        day_to=DAY - timedelta(days=20), column="orders", should_be=9)  # fmt: skip
    decided = dispute_now(provider, status="rejected")
    fresh = dispute_now(provider)
    page = sign_in(make_staff(Role.SCORING_ANALYST)).get("/staff/disputes/")
    assert [row.record.pk for row in page.context["table"].rows] == [late.pk, fresh.pk, decided.pk]
    assert (page.context["waiting"], page.context["overdue"]) == (2, 1)
    for clock, found in (("overdue", [late.pk]), ("on_time", [fresh.pk]), ("due_soon", [])):
        page = sign_in(make_staff(Role.AUDITOR)).get("/staff/disputes/", {"clock": clock})
        assert [row.record.pk for row in page.context["table"].rows] == found


def test_fake_orders_by_form_and_by_file(provider: Provider) -> None:
    client = sign_in(make_staff(Role.CONDUCT_OFFICER))
    form = {"provider": provider.code, "merchant": "M1", "day": DAY, "orders": 2, "gmv": "10.50", "reason": "A ring."}
    made = client.post("/staff/corrections/fake-orders/", form)
    adjustment = Adjustment.objects.get()
    assert made.headers["Location"] == f"/staff/corrections/{adjustment.pk}/"
    assert sorted((line.column, line.delta) for line in adjustment.lines.all()) == [
        ("gmv_minor", -1050),
        ("orders", -2),
    ]
    text = f"provider,merchant,day,orders,gmv_minor\n{provider.code},M1,{DAY},1,5\n{provider.code},M2,{DAY},1,0\n"
    sent = {"file": SimpleUploadedFile("fake.csv", text.encode()), "reason": "A ring."}
    assert client.post("/staff/corrections/fake-orders/import/", sent).status_code == 302
    page = client.get(f"/staff/corrections/{Adjustment.objects.first().pk}/")
    assert len(page.context["lines"]) == 3
    for bad, where in (
        (b"\xff\xfe", "file"),
        (b"provider,day\n", "file"),
        (text.replace("2,0", "x,0").encode() + b"P,M,x,1,1\n", "file"),
    ):
        with unchanged():
            refused = client.post(
                "/staff/corrections/fake-orders/import/",
                {"file": SimpleUploadedFile("fake.csv", bad), "reason": "A ring."},
            )
        assert where in refused.context["form"].errors
    assert sign_in(make_staff(Role.AUDITOR)).get("/staff/corrections/fake-orders/").status_code == 403


def test_related_merchants_by_page(provider: Provider) -> None:
    client = sign_in(make_staff(Role.CONDUCT_OFFICER))
    unknown = client.post("/staff/related-merchants/new/", {"provider": "P0", "merchant": "M1", "note": "Kin."})
    assert "provider" in unknown.context["form"].errors
    client.post("/staff/related-merchants/new/", {"provider": provider.code, "merchant": "M1", "note": "Kin."})
    pair = RelatedMerchant.objects.get()
    again = client.post("/staff/related-merchants/new/", {"provider": provider.code, "merchant": "M1", "note": "Kin."})
    assert again.status_code == 409
    assert client.get(f"/staff/related-merchants/{pair.pk}/").context["may_end"] is True
    client.post(f"/staff/related-merchants/{pair.pk}/end/", {"note": "Sold.", "version": pair.version})
    pair.refresh_from_db()
    assert (pair.is_open, pair.end_note) == (False, "Sold.")


def test_a_scorecard_tells_what_was_left_out(provider: Provider) -> None:
    make_published_model(now=NOW)
    record_related(provider_id=provider.pk, merchant="M2", note="Kin.", by=make_staff(Role.CONDUCT_OFFICER))
    make_fake_orders(provider, day=DAY, merchant="M1", orders=1, now=NOW)
    make_run(as_of=DAY, now=NOW)
    page = sign_in(owner_of(provider)).get("/provider/scorecard/")
    assert [(one.reason, one.merchant, one.orders) for one in page.context["exclusions"]] == [
        ("fake_orders", "M1", 1),
        ("related", "M2", 100),
    ]
    assert [(line.column, line.after) for line in page.context["corrections"]] == [("orders", 99)]
    text = page.content.decode()
    assert "Known to the platform" in text
    assert "/provider/facts/?metric=click_rate" in text
