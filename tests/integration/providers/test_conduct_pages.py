"""Probation, watch list and nights by page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.conduct.models import Judgement, Probation, WatchEntry
from providers.conduct.night_services import judge_night
from tests.factories.accounts import make_staff
from tests.factories.conduct import COMPLAINTS, conduct_unchanged, keep_measures, make_probation, make_watch_entry
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

WATCH, PROBATIONS, NIGHTS = "/staff/watch/", "/staff/probations/", "/staff/nights/"


def as_user(user: User, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.cookies["django_language"] = language
    client.force_login(user)
    return client


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def listed(response: object) -> list[int]:
    return [row.record.pk for row in response.context["table"].rows]  # type: ignore[attr-defined]


def make_night(count: int = 1) -> Judgement:
    """A night with `count` providers that fail and one that drifts to the limit in ten days."""
    make_published_set(COMPLAINTS)
    drifting = make_provider(status="admitted")
    values = {drifting: [0.008 + 0.0002 * back for back in range(-20, 1)]}
    values |= {make_provider(status="admitted"): [0.05] * 21 for _ in range(count)}
    keep_measures(values)
    return judge_night()


@pytest.mark.parametrize("address", [WATCH, PROBATIONS, NIGHTS])
def test_empty_lists_say_so(address: str) -> None:
    page = as_user(make_staff(Role.AUDITOR)).get(address).content.decode()
    assert any(
        text in page
        for text in (
            "Nobody is on the watch list.",
            "There is no probation contract.",
            "No night was judged yet.",
        )
    )


def test_the_watch_list_filters_and_exports() -> None:
    make_night()
    breach, drift = WatchEntry.objects.get(breach_on__isnull=False), WatchEntry.objects.get(breach_on=None)
    client = as_user(make_staff(Role.AUDITOR))
    assert set(listed(client.get(WATCH))) == {breach.pk, drift.pk}
    for query, found in (
        ({"sign": "breach"}, [breach.pk]),
        ({"sign": "forecast"}, [drift.pk]),
        ({"within": "10"}, [drift.pk]),
        ({"within": "9"}, []),
        ({"q": breach.provider.code}, [breach.pk]),
        ({"criterion": "complaints", "sign": "breach"}, [breach.pk]),
        ({"criterion": "refunds"}, []),
        ({"status": "notified"}, []),
        ({"matter": "ended"}, []),
    ):
        assert listed(client.get(WATCH, query)) == found, query
    page = client.get(WATCH).content.decode()
    for part in ("Complaint rate", "5.0% · at most 1.0%", "Expected to break", "Broken"):
        assert part in page
    rows = client.get(WATCH, {"_export": "csv", "sign": "breach"}).content.decode()
    assert ",complaints,0.05," in rows
    assert "投诉率" in as_user(make_staff(), "zh-hans").get(WATCH).content.decode()


def test_an_entry_shows_figure_trend_and_buttons() -> None:
    make_night()
    drift = WatchEntry.objects.get(breach_on=None)
    page = as_user(make_staff(Role.CONDUCT_OFFICER)).get(f"{WATCH}{drift.pk}/")
    chart = page.context["chart"]
    assert (chart["kind"], len(chart["rows"]), chart["data"]["series"][1]["values"][0]) == ("line", 21, 1.0)
    text = page.content.decode()
    for part in ("At most 1 % complain.", "Improve the service.", "Breach expected", "Give notice", "Show as table"):
        assert part in text
    assert "Put on the watch list" in text
    WatchEntry.objects.filter(pk=drift.pk).update(forecast_on=drift.judged_on)
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    assert "Beyond the limit" in officer.get(WATCH).content.decode()
    text = officer.get(f"{WATCH}{drift.pk}/").content.decode()
    assert "Beyond the limit" in text
    assert "Breach expected" not in text
    WatchEntry.objects.filter(pk=drift.pk).update(clear_nights=1)
    assert "Expected to break" in officer.get(WATCH).content.decode()


def test_from_notice_to_plan_by_page() -> None:
    entry = make_watch_entry()
    officer, owner = as_user(make_staff(Role.CONDUCT_OFFICER)), as_user(owner_of(entry.provider))
    assert "You are not on the watch list." not in owner.get("/provider/watch/").content.decode()
    response = officer.post(
        f"{WATCH}{entry.pk}/act/", {"action": "notify", "note": "Too many.", "version": entry.version}
    )
    assert response.headers["Location"] == f"{WATCH}{entry.pk}/"
    entry.refresh_from_db()
    home = owner.get("/provider/").content.decode()
    assert "Answer the notice with a cure plan" in home
    page = owner.get("/provider/watch/").content.decode()
    for part in ("Too many.", "Propose a cure plan", "To act until"):
        assert part in page
    given = {"action": "propose", "note": "By June.", "version": entry.version}
    assert owner.post(f"/provider/watch/{entry.pk}/act/", given).status_code == 302
    entry.refresh_from_db()
    assert (entry.status, entry.plan) == ("planned", "By June.")
    assert "By June." in officer.get(f"{WATCH}{entry.pk}/").content.decode()


@pytest.mark.parametrize(
    ("role", "data", "status"),
    [
        (Role.AUDITOR, {"action": "notify", "note": "No."}, 403),
        (Role.CONDUCT_OFFICER, {"action": "notify", "note": " "}, 400),
        (Role.CONDUCT_OFFICER, {"action": "propose", "note": "No."}, 409),
        (Role.CONDUCT_OFFICER, {"action": "clear_out", "note": "No."}, 409),
        (Role.CONDUCT_OFFICER, {"action": "notify", "note": "No.", "version": 99}, 409),
    ],
)
def test_refused_steps(role: str, data: dict[str, object], status: int) -> None:
    entry = make_watch_entry()
    client = as_user(make_staff(role))
    with conduct_unchanged():
        assert client.post(f"{WATCH}{entry.pk}/act/", {"version": entry.version, **data}).status_code == status


def test_a_button_says_why_it_is_too_early() -> None:
    entry = make_watch_entry(status="notified")
    page = as_user(make_staff(Role.CONDUCT_OFFICER)).get(f"{WATCH}{entry.pk}/").content.decode()
    assert "to act." in page
    assert 'id="why-suspend"' in page


def test_the_pages_of_others_do_not_exist() -> None:
    entry, contract = make_watch_entry(status="notified"), make_probation()
    stranger = as_user(owner_of(make_provider()))
    with conduct_unchanged():
        for address, action in (
            (f"/provider/watch/{entry.pk}/act/", "propose"),
            (f"/provider/probation/{contract.pk}/act/", "sign"),
        ):
            given = {"action": action, "note": "Mine.", "version": 1}
            assert stranger.post(address, given).status_code == 404
        for address in (WATCH, f"{WATCH}{entry.pk}/", PROBATIONS, f"{PROBATIONS}{contract.pk}/", NIGHTS):
            assert stranger.get(address).status_code == 403
    assert "You are not on the watch list." in stranger.get("/provider/watch/").content.decode()
    assert "You have no probation contract." in stranger.get("/provider/probation/").content.decode()


def test_a_contract_is_signed_judged_extended_and_passed_by_page() -> None:
    contract = make_probation()
    owner, reviewer = as_user(owner_of(contract.provider)), as_user(make_staff())
    assert "Sign your probation contract" in owner.get("/provider/").content.decode()
    page = owner.get("/provider/probation/").content.decode()
    for part in ("Orders, 90 days", "at least 30", "Not measured", "Sign the contract"):
        assert part in page
    given = {"action": "sign", "version": contract.version}
    assert owner.post(f"/provider/probation/{contract.pk}/act/", given).status_code == 302
    address = f"{PROBATIONS}{contract.pk}/"

    def act(action: str) -> int:
        contract.refresh_from_db()
        given = {"action": action, "note": "Because.", "version": contract.version}
        return reviewer.post(f"{address}act/", given).status_code

    assert act("judge") == 302
    assert "A target could not be measured" in reviewer.get(address).content.decode()
    assert "Probations to sign" in reviewer.get("/staff/").content.decode()
    form = reviewer.get(f"{address}extend/").context["form"]
    with conduct_unchanged():
        early = {"version": form.initial["version"], "ends_on": "2020-01-01", "note": "More."}
        assert reviewer.post(f"{address}extend/", early).status_code == 400
    until = contract.ends_on + timedelta(days=5)
    form_data = {"version": form.initial["version"], "ends_on": until.isoformat(), "note": "More."}
    Probation.objects.filter(pk=contract.pk).update(ends_on=business_day(timezone.now()) + timedelta(days=1))
    assert reviewer.post(f"{address}extend/", form_data).status_code == 400  # further away than allowed
    form_data["ends_on"] = (business_day(timezone.now()) + timedelta(days=30)).isoformat()
    assert reviewer.post(f"{address}extend/", form_data).headers["Location"] == address
    assert [act("judge"), act("complete")] == [302, 302]
    contract.refresh_from_db()
    assert (contract.status, contract.provider.status) == ("passed", "admitted")


def test_other_targets_are_proposed_by_page() -> None:
    provider = make_provider(status="probation")
    client = as_user(make_staff())
    address = f"/staff/providers/{provider.code}/probation/new/"
    assert client.get(address).context["form"]["orders_90d"].value() == 30
    until = (business_day(timezone.now()) + timedelta(days=60)).isoformat()
    response = client.post(address, {"ends_on": until, "orders_90d": "50", "refund_rate_90d": "0.2"})
    contract = Probation.objects.get()
    assert response.headers["Location"] == f"{PROBATIONS}{contract.pk}/"
    assert [str(target) for target in contract.targets.all()] == [
        "orders_90d at_least 50.0",
        "refund_rate_90d at_most 0.2",
    ]
    auditor = as_user(make_staff(Role.AUDITOR))
    with conduct_unchanged():
        assert client.post(address, {"ends_on": until}).status_code == 400
        assert auditor.post(address, {"ends_on": until, "orders_90d": "1"}).status_code == 403
    assert "Propose other targets" in client.get(f"/staff/providers/{provider.code}/").content.decode()


def test_nights_and_their_rows() -> None:
    night = make_night()
    client = as_user(make_staff(Role.AUDITOR))
    assert listed(client.get(NIGHTS)) == [night.pk]
    page = client.get(f"{NIGHTS}{night.pk}/")
    assert len(listed(page)) == 2
    assert "Complaint rate" in page.content.decode()
    assert len(listed(client.get(f"{NIGHTS}{night.pk}/", {"outcome": "definite_fail"}))) == 1
    assert len(listed(client.get(f"{NIGHTS}{night.pk}/", {"criterion": "complaints"}))) == 2
    assert client.get(f"{NIGHTS}{night.pk + 1}/").status_code == 404


def test_the_staff_pages_name_what_waits() -> None:
    entry = make_watch_entry(status="planned")
    client = as_user(make_staff(Role.CONDUCT_OFFICER))
    assert "Watch list: yours to act" in client.get("/staff/").content.decode()
    page = client.get(f"/staff/providers/{entry.provider.code}/").content.decode()
    assert f"{WATCH}{entry.pk}/" in page


def test_lists_take_as_many_queries_for_three_as_for_one() -> None:
    make_night()
    first = make_probation(status="running")
    client = as_user(make_staff(Role.CONDUCT_OFFICER))
    night = Judgement.objects.get()
    addresses = (WATCH, PROBATIONS, NIGHTS, f"{NIGHTS}{night.pk}/")
    for address in addresses:
        client.get(address)
    one = [queries(client, address) for address in addresses]
    for _round in range(2):
        make_probation(status="running")
        make_watch_entry()
    assert [queries(client, address) for address in addresses] == one
    owner = as_user(owner_of(first.provider))
    owner.get("/provider/probation/")
    single = queries(owner, "/provider/probation/")
    Probation.objects.filter(pk=first.pk).update(status="lapsed", decided_at=timezone.now(), decision_note="So.")
    make_probation(first.provider)
    assert queries(owner, "/provider/probation/") == single
