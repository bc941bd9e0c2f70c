"""Pages of match rounds: they show, they act, they refuse."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from common.jobs.models import Job, JobStatus
from merchants.matching.models import Invitation
from merchants.requests.services import edit_help_request
from merchants.rounds import services
from merchants.rounds.models import MatchRound
from merchants.rounds.work import carry_out, prepare
from tests.factories.accounts import make_staff
from tests.factories.merchants import (
    NOON,
    Quiet,
    make_committed_round,
    make_ready_provider,
    make_round,
    make_scores,
    make_waiting_request,
    owner_of_shop,
    state_of,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"pages:staff:{name}", args=args)


def words(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def manager() -> User:
    return make_staff(Role.PROGRAMME_MANAGER)


def act(client: Client, match_round: MatchRound, action: str, version: int | None = None) -> HttpResponse:
    version = match_round.version if version is None else version
    return client.post(page("match_round_act", match_round.pk), {"action": action, "version": version, "note": ""})


def test_from_settings_to_invitations_by_page(manager: User) -> None:
    provider = make_ready_provider()
    request = make_waiting_request(now=timezone.now())
    client = sign_in(manager)
    assert "1 request waits for a referral now." in words(client.get(page("match_round_list")))
    shown = words(client.get(page("match_round_start")))
    assert "Nobody is invited before you commit it." in shown
    answer = client.post(
        page("match_round_start"), {"balance": "medium", "newcomer_places": "2", "candidate_limit": "20"}
    )
    match_round = MatchRound.objects.get()
    address = page("match_round", match_round.pk)
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert (match_round.balance, match_round.newcomer_places, match_round.candidate_limit) == ("medium", 2, 20)
    shown = words(client.get(address))
    assert "The preview is being computed." in shown
    assert f'id="job-{match_round.job_id}"' in shown
    assert "What each setting costs" not in shown

    prepare(match_round.pk, Quiet())
    Job.objects.filter(pk=match_round.job_id).update(status=JobStatus.DONE, finished_at=NOON)
    match_round.refresh_from_db()
    shown = words(client.get(address))
    for text in ("A preview: nobody is invited", "What each setting costs", "Load before and after", provider.name):
        assert text in shown
    assert shown.count("table-active") == 1
    assert "No round was committed before this one." in shown
    answer = act(client, match_round, "commit")
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "The providers of this round are being invited." in words(client.get(address))
    carry_out(match_round.pk, Quiet())
    Job.objects.filter(name="merchants.invite_round").update(status=JobStatus.DONE, finished_at=NOON)
    shown = words(client.get(address))
    assert "This round was carried out." in shown
    assert "Waiting for an answer" in shown
    assert Invitation.objects.get().request == request
    entry = words(client.get(page("match_request", request.pk)))
    assert "Match round" in entry


def test_the_last_committed_round_stands_beside(manager: User) -> None:
    for _ in range(2):
        make_ready_provider(max_live_rooms=1)
    make_waiting_request()
    first = make_committed_round(make_round(by=manager))
    carry_out(first.pk, Quiet(), now=NOON)
    make_waiting_request()
    second = make_round(by=manager)
    shown = words(sign_in(manager).get(page("match_round", second.pk)))
    assert f"The last round was {first.code}" in shown
    assert "last round: 1" in shown
    assert "before the round: 0.500 · last round: 0.500" in shown


def test_the_list_of_places_is_filtered_and_exported(manager: User) -> None:
    provider = make_ready_provider(max_live_rooms=1)
    requests = [make_waiting_request() for _ in range(2)]
    match_round = make_round(by=manager)
    client = sign_in(manager)
    address = page("match_round", match_round.pk)
    (matched,) = match_round.places.filter(provider=provider).values_list("request__pk", flat=True)
    (other,) = {request.pk for request in requests} - {matched}
    for result, there, away in (("matched", matched, other), ("nobody", other, matched)):
        shown = words(client.get(address, {"result": result}))
        assert f"R{there:06d}" in shown
        assert f"R{away:06d}" not in shown
    assert "Nothing matches this filter." in words(client.get(address, {"result": "skipped"}))
    exported = client.get(address, {"_export": "csv"}).content.decode()
    assert "Reasons" not in exported
    assert f"R{matched:06d}" in exported
    assert "nobody" in exported


def test_reasons_are_one_click_away(manager: User) -> None:
    best, second = make_ready_provider(max_live_rooms=1), make_ready_provider(max_live_rooms=1)
    make_scores({best: [90] * 5, second: [60] * 5})
    for _ in range(2):
        make_waiting_request()
    match_round = make_round(by=manager)
    client = sign_in(manager)
    place = match_round.places.get(provider=second)
    address = page("round_place", match_round.pk, place.pk)
    assert address in words(client.get(page("match_round", match_round.pk)))
    shown = words(client.get(address))
    assert "Given by the round" in shown
    assert f"{best.name} ({best.code}) would fit better" in shown
    assert "every place it had went to a request that it fits at least as well" in shown
    first = match_round.places.get(provider=best)
    assert "No provider that passes every filter fits better." in words(
        client.get(page("round_place", match_round.pk, first.pk))
    )
    assert client.get(page("round_place", match_round.pk + 1, place.pk)).status_code == 404
    assert client.get(page("round_place", match_round.pk, place.pk + 999)).status_code == 404


def test_a_request_that_nobody_can_take_says_so(manager: User) -> None:
    make_waiting_request()
    match_round = make_round(by=manager)
    place = match_round.places.get()
    client = sign_in(manager)
    assert "No provider passes every filter." in words(client.get(page("round_place", match_round.pk, place.pk)))
    shown = words(client.get(page("match_round", match_round.pk)))
    assert "No request would get a provider." in shown  # why Commit is disabled


def test_a_place_that_was_passed_over_says_why(manager: User) -> None:
    make_ready_provider()
    request = make_waiting_request()
    match_round = make_committed_round(make_round(by=manager))
    edit_help_request(request_id=request.pk, changes={"rooms": 2}, by=owner_of_shop(request.merchant), now=NOON)
    carry_out(match_round.pk, Quiet(), now=NOON)
    client = sign_in(manager)
    shown = words(client.get(page("match_round", match_round.pk), {"result": "skipped"}))
    assert "The request changed after the preview" in shown
    place = match_round.places.get()
    assert "The request changed after the preview" in words(client.get(page("round_place", match_round.pk, place.pk)))


def test_discarding_by_page(manager: User) -> None:
    make_waiting_request()
    match_round = make_round(by=manager)
    client = sign_in(manager)
    assert act(client, match_round, "discard").status_code == 302
    assert "This round was put away." in words(client.get(page("match_round", match_round.pk)))
    before = state_of(match_round)
    match_round.refresh_from_db()
    assert act(client, match_round, "commit").status_code == 409
    assert act(client, match_round, "present").status_code == 409
    assert state_of(match_round) == before


def test_a_failed_preparation_says_what_to_do(manager: User) -> None:
    make_waiting_request()
    match_round = services.start_round(by=manager)
    Job.objects.filter(pk=match_round.job_id).update(status=JobStatus.FAILED, finished_at=NOON)
    shown = words(sign_in(manager).get(page("match_round", match_round.pk)))
    assert "Discard this round and start a new one" in shown


def test_an_unfinished_round_can_be_resumed(manager: User) -> None:
    make_ready_provider()
    make_waiting_request()
    match_round = services.commit_round(round_id=make_round(by=manager).pk, by=manager)
    Job.objects.filter(pk=match_round.job_id).update(status=JobStatus.FAILED, finished_at=NOON)
    client = sign_in(manager)
    assert "Resume goes on where it stopped" in words(client.get(page("match_round", match_round.pk)))
    assert act(client, match_round, "resume").status_code == 302
    assert Job.objects.filter(name="merchants.invite_round", status=JobStatus.QUEUED).count() == 1


def test_nobody_waits_and_one_is_open(manager: User) -> None:
    client = sign_in(manager)
    assert "No request waits for a provider." in words(client.get(page("match_round_start")))
    assert "No round was started yet." in words(client.get(page("match_round_list")))
    answer = client.post(
        page("match_round_start"), {"balance": "light", "newcomer_places": "1", "candidate_limit": "50"}
    )
    assert answer.status_code == 409
    assert not MatchRound.objects.exists()
    make_waiting_request()
    make_round(by=manager)
    assert "Another round is open." in words(client.get(page("match_round_start")))


@pytest.mark.parametrize("changes", [{"balance": "total"}, {"newcomer_places": "4"}, {"candidate_limit": "4"}])
def test_bad_settings_are_shown_again(manager: User, changes: dict[str, str]) -> None:
    make_waiting_request()
    given = {"balance": "light", "newcomer_places": "1", "candidate_limit": "50", **changes}
    answer = sign_in(manager).post(page("match_round_start"), given)
    assert answer.status_code == 400
    assert not MatchRound.objects.exists()


def test_who_reads_and_who_acts(manager: User) -> None:
    provider = make_ready_provider()
    make_waiting_request()
    match_round = make_round(by=manager)
    place = match_round.places.get()
    reads = [
        page("match_round_list"),
        page("match_round", match_round.pk),
        page("round_place", match_round.pk, place.pk),
    ]
    auditor = sign_in(make_staff(Role.AUDITOR))
    assert [auditor.get(address).status_code for address in reads] == [200, 200, 200]
    assert "Start a match round" not in words(auditor.get(reads[0]))
    assert "Your role does not allow this" in words(auditor.get(reads[1]))
    before = state_of(match_round)
    assert auditor.get(page("match_round_start")).status_code == 403
    assert act(auditor, match_round, "commit").status_code == 403
    outsider = sign_in(owner_of(provider))
    assert {outsider.get(address).status_code for address in reads} == {403}
    assert act(outsider, match_round, "commit").status_code == 403
    assert act(sign_in(manager), match_round, "commit", version=0).status_code == 409
    assert state_of(match_round) == before


@pytest.mark.parametrize("name", ["match_round_list", "match_round"])
def test_a_page_costs_the_same_for_one_and_three_rows(manager: User, name: str) -> None:
    counts = []
    for count in (1, 3):
        for _ in range(count):
            make_ready_provider()
            make_waiting_request()
        match_round = make_round(by=manager)
        address = page(name, match_round.pk) if name == "match_round" else page(name)
        client = sign_in(manager)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
        services.discard_round(round_id=match_round.pk, by=manager)
    assert counts[0] == counts[1]
