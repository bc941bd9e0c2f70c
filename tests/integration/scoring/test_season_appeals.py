"""Appeals against final verdicts: the truth table, when, who decides, what is settled and levelled anew, both doors."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice, User
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotFound, NotPermitted
from providers.registry.models import Provider
from providers.registry.status_services import ACTIONS as PROVIDER_ACTIONS
from scoring.seasons import objection_services, services
from scoring.seasons.enums import DivisionCause
from scoring.seasons.models import Season
from scoring.seasons.objection_models import Objection
from scoring.seasons.objection_policies import appeals_until
from scoring.seasons.objection_services import open_appeal
from scoring.seasons.selectors import held_levels
from scoring.seasons.settlement_services import clear_out_by_verdict
from scoring.seasons.verdict_models import Settlement
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import owner_of
from tests.factories.scoring import MORNING_AFTER, make_facts, make_published_model, make_run, work
from tests.factories.seasons import (
    FINAL,
    LEAGUE,
    STARTS_ON,
    finish_season,
    make_old,
    make_race,
    score_field,
    settle_season,
    start_season,
    verdicts_of,
)
from tests.integration.scoring.test_objections import act as act_on_objection
from tests.integration.scoring.test_objections import object_to
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
ACTIONS = ("uphold", "reject", "withdraw")
APPEALED = FINAL + timedelta(days=2)


def make_final(points: tuple[float, ...] = (30, 25, 10), *, by: User | None = None) -> tuple[Season, list[Provider]]:
    season, field = make_race(points)
    settle_season(season, by=by)
    return finish_season(season), field


def appeal(season: Season, provider: Provider, **changes: Any) -> Objection:
    verdict = verdicts_of(season)[provider.pk]
    values = {"statement": "The line is wrong.", "by": owner_of(provider), "now": APPEALED, **changes}
    return open_appeal(verdict_id=verdict.pk, **values)


def act(found: Objection, action: str, **changes: Any) -> Objection:
    by = owner_of(found.provider) if action == "withdraw" else make_staff(Role.APPEALS_OFFICER)
    values = {"by": by, "note": "As the papers show.", "now": APPEALED, **changes}
    if action == "uphold":
        values = {"relief": "spare", **values}
    return objection_services.ACTIONS[action](objection_id=found.pk, **values)


@pytest.mark.parametrize(("before", "action"), list(product(["", *ACTIONS], ACTIONS)))
def test_every_state_and_action(before: str, action: str) -> None:
    season, field = make_final()
    found = appeal(season, field[2])
    if before:
        found = act(found, before)
        with pytest.raises(IllegalTransition):
            act(found, action)
        after = Objection.objects.get(pk=found.pk)
        assert (after.status, after.version) == (found.status, found.version)
    else:
        after = act(found, action)
        assert after.status == {"uphold": "upheld", "reject": "rejected", "withdraw": "withdrawn"}[action]
        assert AuditEntry.objects.filter(action=f"appeal.{action}").count() == 1
        assert not AuditEntry.objects.filter(action=f"objection.{action}").exists()


def test_an_upheld_appeal_settles_again_and_writes_what_changed_for_whom() -> None:
    season, field = make_final()
    upheld = act(appeal(season, field[2]), "uphold")
    assert (upheld.number, upheld.kind) == (f"A{upheld.pk:06d}", "appeal")
    verdicts = verdicts_of(season)
    assert [verdicts[one.pk].outcome for one in field] == ["promoted", "stay", "stay"]
    first, second = Settlement.objects.order_by("pk")
    assert (second.supersedes, second.cause) == (first, upheld.number)
    entry = AuditEntry.objects.get(action="appeal.uphold")
    assert (entry.changes["changed"], entry.changes["levels"]) == ([[field[2].code, "relegated", "stay"]], [])
    assert [one.kind for one in Notice.objects.filter(kind__startswith="appeal")] == ["appeal.uphold"]
    season.refresh_from_db()
    assert season.status == "final"


def test_a_recount_moves_others_and_each_is_told() -> None:
    season, field = make_final()
    found = appeal(season, field[1])
    with pytest.raises(Conflict) as nothing:
        act(found, "uphold", relief="recount")
    assert nothing.value.reason == "nothing_changes"
    make_facts([{"provider": field[1].code, **work(1000, 0, 50)}])
    make_run(now=MORNING_AFTER + timedelta(days=24))
    act(found, "uphold", relief="recount")
    verdicts = verdicts_of(season)
    assert [verdicts[one.pk].outcome for one in field] == ["stay", "promoted", "relegated"]
    notice = Notice.objects.get(kind="verdict.change_by_appeal")
    assert (notice.organisation_id, notice.parameters["number"]) == (field[0].organisation_id, found.number)


def test_levels_of_the_final_season_are_corrected() -> None:
    make_published_model()
    field = make_old(4)
    score_field(dict(zip(field, (30, 25, 10, 9), strict=True)), day=STARTS_ON - timedelta(days=1))
    season = start_season({**LEAGUE, "levels": 2}, promote=1, relegate=1)
    assert held_levels("league") == {field[0].pk: 1, field[1].pk: 1, field[2].pk: 2, field[3].pk: 2}
    score_field(dict(zip(field, (30, 5, 10, 9), strict=True)))
    settle_season(season)
    season = finish_season(season)
    fallen = next(one for one in verdicts_of(season).values() if one.outcome == "relegated")
    assert held_levels("league")[fallen.provider_id] == 2
    provider = Provider.objects.get(pk=fallen.provider_id)
    act(appeal(season, provider), "uphold")
    assert held_levels("league")[provider.pk] == 1
    newest = provider.divisions.order_by("-pk").first()
    assert newest is not None
    assert (newest.cause, newest.before, newest.season) == (DivisionCause.CORRECTED, None, season)
    assert AuditEntry.objects.get(action="appeal.uphold").changes["levels"] == [[provider.code, 2, 1]]


def test_when_an_appeal_is_heard() -> None:
    season, field = make_race((30, 25, 10))
    settle_season(season)
    season = finish_season(season, until="standstill")
    with pytest.raises(Conflict) as early:
        appeal(season, field[2])
    assert (early.value.reason, appeals_until(season)) == ("not_appealable", None)
    season = make_it_final(season)
    last = appeals_until(season)
    assert last == (FINAL + timedelta(hours=8)).date() + timedelta(days=14)
    with pytest.raises(Conflict) as late:
        appeal(season, field[2], now=FINAL + timedelta(days=15))
    assert late.value.reason == "too_late"
    with pytest.raises(InvalidInput):
        appeal(season, field[2], statement=" ")
    for stranger in (make_user(), owner_of(field[0])):
        with pytest.raises(NotPermitted):
            appeal(season, field[2], by=stranger)
    with pytest.raises(NotFound):
        open_appeal(verdict_id=0, statement="Wrong.", by=owner_of(field[2]), now=APPEALED)
    assert not Objection.objects.exists()
    found = appeal(season, field[2], now=FINAL + timedelta(days=14))
    with pytest.raises(Conflict) as twice:
        appeal(season, field[2])
    assert twice.value.reason == "objected_already"
    act(found, "withdraw")
    assert appeal(season, field[2]).status == "open"


def make_it_final(season: Season) -> Season:
    return services.finalise(season_id=season.pk, by=make_staff(Role.RACE_STEWARD), now=FINAL)


def test_another_person_decides_than_who_settled_or_decided_before() -> None:
    settler = make_staff(Role.RACE_STEWARD)
    make_staff(Role.APPEALS_OFFICER, user=settler)
    season, field = make_race((30, 25, 10))
    settle_season(season, by=settler)
    season = finish_season(season, until="standstill")
    first, second = make_staff(Role.APPEALS_OFFICER), make_staff(Role.APPEALS_OFFICER)
    act_on_objection(object_to(season, field[2]), "reject", by=first)
    act_on_objection(object_to(season, field[1]), "reject", by=second)
    season = make_it_final(season)
    found = appeal(season, field[2])
    member = make_staff(Role.APPEALS_OFFICER)
    make_member(field[2].organisation, Role.PROVIDER_TRADER, user=member)  # type: ignore[arg-type]
    for officer, action in product((settler, first, member), ("uphold", "reject")):
        with pytest.raises(NotPermitted) as refusal:
            act(found, action, by=officer)
        assert refusal.value.reason == "conflict_of_interest"
    for role in (Role.RACE_STEWARD, Role.AUDITOR):
        with pytest.raises(NotPermitted):
            act(found, "reject", by=make_staff(role))
    found.refresh_from_db()
    assert (found.status, Settlement.objects.count()) == ("open", 1)
    assert act(found, "uphold", by=second).status == "upheld", "who decided on another's objection may"
    third = appeal(season, field[0])
    with pytest.raises(NotPermitted):
        act(third, "reject", by=second)  # it settled the track again by the appeal


def test_what_happened_since_does_not_settle_others_anew() -> None:
    season, field = make_final((30, 25, 12, 10))
    gone = Provider.objects.get(pk=field[0].pk)
    PROVIDER_ACTIONS["suspend"](
        provider_id=gone.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.", version=gone.version
    )
    act(appeal(season, field[3]), "uphold")
    verdicts = verdicts_of(season)
    assert [(verdicts[one.pk].outcome, verdicts[one.pk].place) for one in field] == [
        ("promoted", 1),
        ("stay", 2),
        ("stay", 3),
        ("stay", 4),
    ]


def test_nobody_is_cleared_out_while_its_appeal_waits() -> None:
    season, field = make_race((30, 10), clear_out_after=1)
    settle_season(season)
    season = finish_season(season)
    verdict = verdicts_of(season)[field[1].pk]
    assert verdict.outcome == "cleared_out"
    found, officer = appeal(season, field[1]), make_staff(Role.CONDUCT_OFFICER)
    with pytest.raises(Conflict) as waits:
        clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="Last again.", now=APPEALED)
    assert waits.value.reason == "appeal_open"
    assert Provider.objects.get(pk=field[1].pk).status == "admitted"
    act(found, "reject")
    clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="Last again.", now=APPEALED)
    assert Provider.objects.get(pk=field[1].pk).status == "cleared_out"


def test_the_database_knows_two_kinds_each_once() -> None:
    season, field = make_final()
    found = appeal(season, field[2])
    with pytest.raises(IntegrityError, match="objection_kind_known"), transaction.atomic():
        Objection.objects.filter(pk=found.pk).update(kind="plea")
    found.pk = None
    with pytest.raises(IntegrityError, match="objection_once_per_track"), transaction.atomic():
        found.save(force_insert=True)
    found.kind = "objection"
    found.save(force_insert=True)
    assert Objection.objects.count() == 2


@pytest.fixture
def fresh() -> tuple[Season, list[Provider]]:
    """A season whose appeals the clock of pages still hears."""
    season, field = make_final()
    Season.objects.filter(pk=season.pk).update(finalised_at=FINAL + timedelta(days=36500))
    return season, field


def test_appealing_and_deciding_by_page(fresh: tuple[Season, list[Provider]]) -> None:
    season, field = fresh
    verdict = verdicts_of(season)[field[2].pk]
    owner, officer = sign_in(owner_of(field[2])), sign_in(make_staff(Role.APPEALS_OFFICER))
    form = f"/provider/verdicts/{verdict.pk}/appeal/"
    page = owner.get(f"/provider/verdicts/{verdict.pk}/").content.decode()
    assert form in page and "This verdict is final. Appeals are taken until" in page
    assert owner.post(form, {"statement": ""}).status_code == 400
    assert owner.post(form, {"statement": "The line is wrong."}).status_code == 302
    found = Objection.objects.get(kind="appeal")
    shown = owner.get(f"/provider/verdicts/{verdict.pk}/").content.decode()
    assert form not in shown and f"Appeal {found.number}" in shown
    detail = f"/staff/objections/{found.pk}/"
    assert found.number in officer.get("/staff/objections/?kind=appeal").content.decode()
    assert found.number not in officer.get("/staff/objections/?kind=objection").content.decode()
    done = officer.post(f"{detail}uphold/", {"relief": "spare", "note": "Yes.", "version": found.version})
    assert done.status_code == 302
    assert [one.provider for one in officer.get(detail).context["changed"]] == [field[2]]
    assert sign_in(owner_of(field[0])).get(form).status_code == 404


def test_appealing_and_deciding_by_endpoint(fresh: tuple[Season, list[Provider]]) -> None:
    season, field = fresh
    verdicts = verdicts_of(season)
    owner, other = api(owner_of(field[2])), api(owner_of(field[0]))
    body = {"verdict": verdicts[field[2].pk].pk, "statement": "The line is wrong.", "kind": "appeal"}
    assert other.post("/api/v1/objections", body).status_code == 404
    assert owner.post("/api/v1/objections", {**body, "kind": "objection"}).status_code == 409
    made = owner.post("/api/v1/objections", body)
    assert (made.status_code, made.json()["kind"], made.json()["status"]) == (201, "appeal", "open")
    path = f"/api/v1/objections/{made.json()['id']}"
    assert other.get(path).status_code == 404
    officer = api(make_staff(Role.APPEALS_OFFICER))
    assert len(officer.get("/api/v1/objections?kind=appeal").json()["results"]) == 1
    done = officer.post(f"{path}/actions", {"action": "uphold", "relief": "spare", "note": "Yes.", "version": 1})
    assert (done.status_code, done.json()["status"]) == (200, "upheld")
