"""Objections to verdicts: the truth table, who decides, what is settled again, who is told, and both doors."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from providers.registry.models import Provider
from scoring.seasons import objection_services, services, verdict_selectors
from scoring.seasons.enums import ObjectionStatus
from scoring.seasons.models import Season
from scoring.seasons.objection_models import Objection
from scoring.seasons.objection_services import open_objection, uphold_objection
from scoring.seasons.verdict_models import Settlement, Verdict
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import owner_of
from tests.factories.scoring import MORNING_AFTER, make_facts, make_run, work
from tests.factories.seasons import (
    FINAL,
    OBJECTED,
    SETTLED,
    finish_season,
    make_race,
    settle_season,
    verdicts_of,
)
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
ACTIONS = ("uphold", "reject", "withdraw")


def stand_still(points: tuple[float, ...] = (30, 25, 10), **rules: Any) -> tuple[Season, list[Provider]]:
    season, field = make_race(points, **rules)
    settle_season(season)
    return finish_season(season, until="standstill"), field


def object_to(season: Season, provider: Provider, **changes: Any) -> Objection:
    verdict = verdicts_of(season)[provider.pk]
    values = {"statement": "The line is wrong.", "by": owner_of(provider), "now": OBJECTED, **changes}
    return open_objection(verdict_id=verdict.pk, **values)


def act(objection: Objection, action: str, **changes: Any) -> Objection:
    by = owner_of(objection.provider) if action == "withdraw" else make_staff(Role.APPEALS_OFFICER)
    values = {"by": by, "note": "As the papers show.", "now": OBJECTED, **changes}
    if action == "uphold":
        values = {"relief": "spare", **values}
    return objection_services.ACTIONS[action](objection_id=objection.pk, **values)


def correct(provider: Provider, clicks: int) -> None:
    """More facts of the last day, and the run that counts them."""
    make_facts([{"provider": provider.code, **work(clicks, 0, 50)}])
    make_run(now=MORNING_AFTER + timedelta(days=16))


@pytest.mark.parametrize(("before", "action"), list(product(["", *ACTIONS], ACTIONS)))
def test_every_state_and_action(before: str, action: str) -> None:
    season, field = stand_still()
    objection = object_to(season, field[2])
    if before:
        objection = act(objection, before)
        with pytest.raises(IllegalTransition):
            act(objection, action)
        after = Objection.objects.get(pk=objection.pk)
        assert (after.status, after.version) == (objection.status, objection.version)
    else:
        after = act(objection, action)
        assert after.status == {"uphold": "upheld", "reject": "rejected", "withdraw": "withdrawn"}[action]
        assert AuditEntry.objects.filter(action=f"objection.{action}").count() == 1


def test_spared_by_an_objection_the_others_stay_as_they_were() -> None:
    season, field = stand_still()
    upheld = act(object_to(season, field[2]), "uphold")
    verdicts = verdicts_of(season)
    assert [(verdicts[one.pk].outcome, verdicts[one.pk].outcome_before) for one in field] == [
        ("promoted", ""),
        ("stay", ""),
        ("stay", "relegated"),
    ]
    first, second = Settlement.objects.order_by("pk")
    assert (second.supersedes, second.cause, upheld.settlement) == (first, upheld.number, second)
    assert first.verdicts.get(provider=field[2]).outcome == "relegated"
    entry = AuditEntry.objects.get(action="objection.uphold")
    assert entry.changes["changed"] == [[field[2].code, "relegated", "stay"]]
    told = Notice.objects.filter(kind__in=["objection.uphold", "verdict.change"])
    assert [(one.kind, one.organisation_id) for one in told] == [("objection.uphold", field[2].organisation_id)]


def test_a_recount_moves_others_and_each_is_told() -> None:
    season, field = stand_still()
    objection = object_to(season, field[1])
    with pytest.raises(Conflict) as nothing:
        act(objection, "uphold", relief="recount")
    assert (nothing.value.reason, Settlement.objects.count()) == ("nothing_changes", 1)
    correct(field[1], 1000)  # the second is now far ahead of the first
    act(objection, "uphold", relief="recount")
    verdicts = verdicts_of(season)
    changes = [(verdicts[one.pk].outcome_before, verdicts[one.pk].outcome, verdicts[one.pk].place) for one in field]
    assert changes == [("promoted", "stay", 2), ("stay", "promoted", 1), ("", "relegated", 3)]
    notice = Notice.objects.get(kind="verdict.change")
    assert notice.organisation_id == field[0].organisation_id
    names = ("before_en", "after_en", "verdict")
    assert [notice.parameters[name] for name in names] == ["Promoted", "Stays", verdicts[field[0].pk].pk]


def test_a_second_objection_keeps_what_the_first_one_gave() -> None:
    season, field = stand_still((30, 12, 10), relegate=2)
    second, third = object_to(season, field[1]), object_to(season, field[2])
    act(third, "uphold")
    act(second, "uphold")
    verdicts = verdicts_of(season)
    assert [verdicts[one.pk].outcome for one in field] == ["promoted", "stay", "stay"]
    assert verdicts[field[2].pk].outcome_before == ""
    assert Settlement.objects.filter(superseded_by__isnull=True).count() == 1


def test_who_settled_or_belongs_to_the_company_does_not_decide() -> None:
    season, field = make_race((30, 25, 10))
    settler = make_staff(Role.RACE_STEWARD)
    make_staff(Role.APPEALS_OFFICER, user=settler)
    settle_season(season, by=settler)
    season = finish_season(season, until="standstill")
    objection = object_to(season, field[2])
    biased = make_staff(Role.APPEALS_OFFICER)
    make_member(field[2].organisation, Role.PROVIDER_TRADER, user=biased)  # type: ignore[arg-type]
    for officer in (settler, biased):
        for action in ("uphold", "reject"):
            with pytest.raises(NotPermitted) as refusal:
                act(objection, action, by=officer)
            assert refusal.value.reason == "conflict_of_interest"
    for role in (Role.RACE_STEWARD, Role.AUDITOR, Role.SCORING_ANALYST):
        with pytest.raises(NotPermitted):
            act(objection, "reject", by=make_staff(role))
    with pytest.raises(NotPermitted):
        act(objection, "withdraw", by=make_staff(Role.APPEALS_OFFICER))
    objection.refresh_from_db()
    assert (objection.status, Settlement.objects.count()) == ("open", 1)


def test_who_objects_when_and_once() -> None:
    season, field = stand_still()
    for stranger in (make_user(), owner_of(field[0]), make_staff(Role.APPEALS_OFFICER)):
        with pytest.raises(NotPermitted):
            object_to(season, field[2], by=stranger)
    with pytest.raises(InvalidInput):
        object_to(season, field[2], statement=" ")
    with pytest.raises(Conflict) as late:
        object_to(season, field[2], now=FINAL)
    with pytest.raises(NotFound):
        open_objection(verdict_id=0, statement="Wrong.", by=owner_of(field[2]), now=OBJECTED)
    assert not Objection.objects.exists()
    objection = object_to(season, field[2], now=FINAL - timedelta(days=1))
    with pytest.raises(Conflict) as twice:
        object_to(season, field[2])
    act(objection, "withdraw")
    again = object_to(season, field[2])
    with pytest.raises(Stale):
        act(again, "reject", version=9)
    with pytest.raises(InvalidInput):
        act(again, "reject", note=" ")
    with pytest.raises(InvalidInput) as relief:
        act(again, "uphold", relief="money")
    assert [error.value.reason for error in (late, twice)] == ["too_late", "objected_already"]
    assert relief.value.field == "relief"


def test_a_superseded_verdict_cannot_be_objected_to() -> None:
    season, field = stand_still()
    old = verdicts_of(season)[field[0].pk]
    act(object_to(season, field[2]), "uphold")
    with pytest.raises(Conflict) as refusal:
        open_objection(verdict_id=old.pk, statement="Wrong.", by=owner_of(field[0]), now=OBJECTED)
    assert refusal.value.reason == "superseded"


def test_a_season_is_final_when_every_objection_is_decided() -> None:
    season, field = stand_still()
    objection, steward = object_to(season, field[2]), make_staff(Role.RACE_STEWARD)
    with pytest.raises(Conflict) as refusal:
        services.finalise(season_id=season.pk, by=steward, now=FINAL)
    assert refusal.value.reason == "objections_open"
    act(objection, "reject")
    assert services.finalise(season_id=season.pk, by=steward, now=FINAL).status == "final"
    with pytest.raises(Conflict) as closed:
        object_to(season, field[0])
    assert closed.value.reason == "not_objectable"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"status": "lost"}, "objection_status_known"),
        ({"statement": ""}, "objection_says_what_is_wrong"),
        ({"status": "rejected"}, "objection_decided_with_reason"),
        ({"relief": "spare"}, "objection_settles_again_when_upheld"),
        ({"status": "withdrawn"}, "objection_withdrawn_pair"),
    ],
)
def test_the_database_holds_what_an_objection_is(values: dict[str, Any], constraint: str) -> None:
    season, field = stand_still()
    objection = object_to(season, field[2])
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(**values)
    objection.pk = None
    with pytest.raises(IntegrityError, match="objection_once_per_track"), transaction.atomic():
        objection.save(force_insert=True)
    assert ObjectionStatus.OPEN == "open"


def test_a_provider_reads_its_verdict_only_when_it_is_shown_and_only_its_own() -> None:
    season, field = make_race((30, 25, 10))
    settle_season(season)
    verdict = verdicts_of(season)[field[2].pk]
    owner, other = owner_of(field[2]), owner_of(field[0])
    address = f"/provider/verdicts/{verdict.pk}/"
    assert sign_in(owner).get(address).status_code == 404
    assert api(owner).get(f"/api/v1/seasons/{season.pk}/verdicts").json()["results"] == []
    finish_season(season, until="standstill")
    page = sign_in(owner).get(address).content.decode()
    assert "Relegated from place 3 with 10.0 points." in page
    assert "The score of 10.0 is below 18.0, where relegation begins." in page
    assert sign_in(other).get(address).status_code == 404
    (shown,) = api(owner).get(f"/api/v1/seasons/{season.pk}/verdicts").json()["results"]
    assert (shown["outcome"], shown["sentences"]["outcome"]) == (
        "relegated",
        "Relegated from place 3 with 10.0 points.",
    )
    assert address in sign_in(owner).get("/provider/race/").content.decode()
    assert verdict_selectors.own_verdicts(field[2].pk).get() == verdict


def test_the_settlement_page_previews_settles_and_shows(django_capture_on_commit_callbacks: Any) -> None:
    season, field = make_race((30, 25, 10, None))
    steward = make_staff(Role.RACE_STEWARD)
    client, address = sign_in(steward), f"/staff/seasons/{season.pk}/settlement/"
    preview = client.get(address)
    assert [one.outcome for one, _words in preview.context["rows"]] == ["promoted", "stay", "relegated", "not_ranked"]
    assert not Settlement.objects.exists()
    stale = client.post(f"{address}start/", {"version": season.version + 1})
    assert stale.status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{address}start/", {"version": season.version}).status_code == 302
    page = client.get(f"{address}?outcome=relegated")
    assert [one.provider for one, _words in page.context["rows"]] == [field[2]]
    assert sign_in(make_staff(Role.AUDITOR)).post(f"{address}start/", {"version": 1}).status_code == 403


def test_settling_by_endpoint_gives_what_the_preview_said(django_capture_on_commit_callbacks: Any) -> None:
    season, _field = make_race((30, 25, 10))
    steward, path = api(make_staff(Role.RACE_STEWARD)), f"/api/v1/seasons/{season.pk}/settlement"
    preview = steward.get(path).json()
    assert preview["counts"] == {"promoted": 1, "stay": 1, "relegated": 1}
    assert api(make_staff(Role.AUDITOR)).post(path, {"version": season.version}).status_code == 403
    assert api(make_user()).get(path).status_code == 403
    with django_capture_on_commit_callbacks(execute=True):
        assert steward.post(path, {"version": season.version}).status_code == 202
    assert Settlement.objects.get().digest == preview["digest"]


def shift_to_now(season: Season) -> None:
    """Let the last day for objections lie ahead of the clock that pages and endpoints read."""
    Season.objects.filter(pk=season.pk).update(objections_until=SETTLED.date() + timedelta(days=36500))


def test_objecting_and_deciding_by_page() -> None:
    season, field = stand_still()
    shift_to_now(season)
    verdict = verdicts_of(season)[field[2].pk]
    owner, officer = sign_in(owner_of(field[2])), sign_in(make_staff(Role.APPEALS_OFFICER))
    form = f"/provider/verdicts/{verdict.pk}/object/"
    assert form in owner.get(f"/provider/verdicts/{verdict.pk}/").content.decode()
    assert owner.post(form, {"statement": ""}).status_code == 400
    assert owner.post(form, {"statement": "The line is wrong."}).status_code == 302
    objection = Objection.objects.get()
    assert form not in owner.get(f"/provider/verdicts/{verdict.pk}/").content.decode()
    detail = f"/staff/objections/{objection.pk}/"
    assert objection.number in officer.get("/staff/objections/").content.decode()
    assert officer.get(detail).status_code == 200
    assert officer.post(f"{detail}uphold/", {"relief": "", "note": "Yes."}).status_code == 400
    done = officer.post(f"{detail}uphold/", {"relief": "spare", "note": "Yes.", "version": objection.version})
    assert done.status_code == 302
    page = officer.get(detail)
    assert [one.provider for one in page.context["changed"]] == [field[2]]
    assert (
        "Before the settlement was repeated: Relegated."
        in officer.get(f"/staff/seasons/{season.pk}/settlement/").content.decode()
    )


def test_objecting_and_deciding_by_endpoint() -> None:
    season, field = stand_still()
    shift_to_now(season)
    verdicts = verdicts_of(season)
    owner, other = api(owner_of(field[2])), api(owner_of(field[0]))
    body = {"verdict": verdicts[field[2].pk].pk, "statement": "The line is wrong."}
    assert other.post("/api/v1/objections", body).status_code == 404
    made = owner.post("/api/v1/objections", body)
    assert (made.status_code, made.json()["status"]) == (201, "open")
    path = f"/api/v1/objections/{made.json()['id']}"
    assert other.get(path).status_code == 404
    assert other.get("/api/v1/objections").json()["results"] == []
    officer = api(make_staff(Role.APPEALS_OFFICER))
    missing = officer.post(f"{path}/actions", {"action": "uphold", "note": "Yes.", "version": 1})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "relief")
    done = officer.post(f"{path}/actions", {"action": "uphold", "relief": "spare", "note": "Yes.", "version": 1})
    assert (done.status_code, done.json()["status"], done.json()["relief"]) == (200, "upheld", "spare")
    assert Verdict.objects.get(settlement=done.json()["settlement"], provider=field[2]).outcome == "stay"
    assert uphold_objection is objection_services.ACTIONS["uphold"]


@pytest.mark.parametrize("address", ["/staff/objections/", "/api/v1/objections", "/staff/seasons/{season}/settlement/"])
def test_three_rows_cost_as_many_queries_as_one(address: str, django_assert_max_num_queries: Any) -> None:
    season, field = stand_still()
    client = sign_in(make_staff(Role.APPEALS_OFFICER))
    path = address.format(season=season.pk)
    object_to(season, field[0])
    client.get(path)
    with django_assert_max_num_queries(60) as one:
        client.get(path)
    for provider in field[1:]:
        object_to(season, provider)
    with django_assert_max_num_queries(len(one)):
        assert client.get(path).status_code == 200
