"""Bans from the boards: who may, which days, what each rule does to the others, and what everybody is told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.notices.models import Notice
from accounts.roles import Role
from common.audit.models import AuditEntry
from common.days import business_day
from common.exceptions import Conflict, InvalidInput, NotPermitted, Stale
from providers.registry.models import Provider
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.ban_selectors import banned_on, rule_of_bans
from scoring.seasons.ban_services import impose_ban, lift_ban
from scoring.seasons.board_models import BoardRow
from scoring.seasons.board_services import rank_night
from scoring.seasons.enums import Bans, NotRanked, Outcome
from scoring.seasons.models import Season, Standing
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_published_model, make_season
from tests.factories.seasons import RULES, make_old, score_field, settle_season, start_season
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
LATER = MORNING_AFTER + timedelta(days=30)
NOON = datetime(2025, 6, 20, 4, 0, tzinfo=UTC)
TODAY = business_day(NOON)


def ban(provider: Provider, *, by: User | None = None, now: datetime = NOON, **changes: Any) -> BoardBan:
    values: dict[str, Any] = {"starts_on": TODAY, "ends_on": DAY, "reason": "Bought orders.", **changes}
    return impose_ban(provider_id=provider.pk, by=by or make_staff(Role.CONDUCT_OFFICER), now=now, **values)


def ranked(rule: Bans) -> tuple[Season, list[Provider]]:
    """A season in which the second of four is banned on the last night."""
    model, field = make_published_model(), make_old(4)
    season = make_season(model, starts_on=DAY - timedelta(days=89), rules={**RULES, "bans": rule.value})
    ban(field[1])
    score_field(dict(zip(field, (30, 20, 10, 5), strict=True)))
    rank_night(season_id=season.pk, day=DAY, by=None, now=LATER)
    return season, field


def places(season: Season) -> list[tuple[int, int | None]]:
    return list(Standing.objects.filter(track__season=season).order_by("provider").values_list("provider_id", "place"))


def test_by_one_rule_the_others_keep_their_places_and_the_banned_one_races_on() -> None:
    season, (first, second, third, last) = ranked(Bans.HOLD_PLACE)
    assert places(season) == [(first.pk, 1), (second.pk, 2), (third.pk, 3), (last.pk, 4)]
    for address in (f"/boards/{season.code}/", f"/boards/{season.code}/by/traffic_marketing/"):
        page = Client().get(address)
        assert [(row.record.provider_id, row.record.place) for row in page.context["table"].rows] == [
            (first.pk, 1),
            (third.pk, 3),
            (last.pk, 4),
        ]
        assert second.name not in page.content.decode()
    standings = f"/api/v1/seasons/{season.pk}/standings"
    seen = {
        one.pk: [row["place"] for row in api(owner_of(one)).get(standings).json()["results"]] for one in (third, second)
    }
    assert seen == {third.pk: [1, 3, 4], second.pk: [1, 2, 3, 4]}
    assert settle_season(season)[second.pk].outcome == Outcome.STAY


def test_by_the_other_the_gap_closes_and_the_banned_one_is_out_of_the_race() -> None:
    season, (first, second, third, last) = ranked(Bans.LEAVE_OUT)
    assert places(season) == [(first.pk, 1), (second.pk, None), (third.pk, 2), (last.pk, 3)]
    assert Standing.objects.get(provider=second).reason == NotRanked.BANNED
    rows = BoardRow.objects.filter(night__kind="traffic_marketing").order_by("place")
    assert list(rows.values_list("provider_id", "place")) == [(first.pk, 1), (third.pk, 2), (last.pk, 3)]
    verdicts = settle_season(season)
    assert (verdicts[second.pk].outcome, verdicts[second.pk].place) == (Outcome.BANNED, None)
    assert (verdicts[first.pk].outcome, verdicts[last.pk].outcome) == (Outcome.PROMOTED, Outcome.RELEGATED)


def test_the_rule_is_pinned_and_an_unknown_one_is_refused() -> None:
    season = start_season()
    assert (season.pinned["bans"], rule_of_bans(season)) == ("hold_place", Bans.HOLD_PLACE)
    other = make_season(season.scoring_model, code="2025Q3", rules={**RULES, "bans": "leave_out"})
    assert (other.pinned["bans"], rule_of_bans(other)) == ("leave_out", Bans.LEAVE_OUT)
    with pytest.raises(InvalidInput) as refused:
        make_season(season.scoring_model, code="2025Q4", rules={**RULES, "bans": "vanish"})
    assert refused.value.field == "rules"


@pytest.mark.parametrize(
    ("offset", "lifted", "covered"),
    [(-1, None, False), (0, None, True), (3, None, True), (4, None, False), (1, 2, True), (2, 2, False)],
)
def test_a_ban_covers_its_days_until_it_is_lifted(offset: int, lifted: int | None, covered: bool) -> None:
    provider = make_provider(status="admitted")
    made = ban(provider, ends_on=TODAY + timedelta(days=3))
    if lifted is not None:
        moment = NOON + timedelta(days=lifted)
        lift_ban(ban_id=made.pk, reason="Upheld.", by=make_staff(Role.APPEALS_OFFICER), now=moment)
    assert list(banned_on(TODAY + timedelta(days=offset))) == ([provider.pk] if covered else [])


def test_a_ban_is_told_recorded_and_lifted_with_its_reasons() -> None:
    provider, officer = make_provider(status="admitted"), make_staff(Role.APPEALS_OFFICER)
    made = ban(provider)
    ended = lift_ban(ban_id=made.pk, reason=" The orders were real. ", by=officer, version=1, now=NOON)
    assert (ended.lifted_on, ended.lifted_by, ended.lift_reason) == (TODAY, officer, "The orders were real.")
    assert list(banned_on(TODAY)) == []
    told = Notice.objects.filter(organisation=provider.organisation).order_by("pk")
    assert [one.kind for one in told][-2:] == ["board_ban.impose", "board_ban.lift"]
    entries = AuditEntry.objects.filter(action__startswith="board_ban").order_by("pk")
    assert [(one.action, one.note) for one in entries] == [
        ("board_ban.impose", "Bought orders."),
        ("board_ban.lift", "The orders were real."),
    ]
    # The days are free again.
    assert ban(provider).pk != made.pk


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": TODAY - timedelta(days=1)}, "starts_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"ends_on": TODAY + timedelta(days=366)}, "ends_on"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_a_ban_neither_reaches_back_nor_goes_without_reason(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ban(make_provider(status="admitted"), **changes)
    assert refused.value.field == field
    assert not BoardBan.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role.value.split("_")[0] not in ("provider", "merchant")])
def test_who_may_impose_and_who_may_lift(role: str) -> None:
    provider, person = make_provider(status="admitted"), make_staff(role)
    if role == Role.CONDUCT_OFFICER:
        made = ban(provider, by=person)
    else:
        with pytest.raises(NotPermitted):
            ban(provider, by=person)
        assert not BoardBan.objects.exists()
        made = ban(provider)
    if role in (Role.CONDUCT_OFFICER, Role.APPEALS_OFFICER):
        lift_ban(ban_id=made.pk, reason="Upheld.", by=person, now=NOON)
    else:
        with pytest.raises(NotPermitted):
            lift_ban(ban_id=made.pk, reason="Upheld.", by=person, now=NOON)
    assert (BoardBan.objects.get().lifted_on is None) == (role not in (Role.CONDUCT_OFFICER, Role.APPEALS_OFFICER))


def test_other_refusals_change_nothing() -> None:
    provider = make_provider(status="admitted")
    officer = make_member(provider.organisation, Role.PROVIDER_TRADER, make_staff(Role.CONDUCT_OFFICER))
    with pytest.raises(NotPermitted):
        ban(provider, by=officer)
    made = ban(provider)
    with pytest.raises(Conflict) as refused:
        ban(provider, starts_on=DAY, ends_on=DAY + timedelta(days=2))
    assert refused.value.reason == "banned_already"
    other = make_staff(Role.CONDUCT_OFFICER)
    for error, values in (
        (Stale, {"version": 9}),
        (InvalidInput, {"reason": " "}),
        (NotPermitted, {"by": officer}),
        (Conflict, {"now": LATER}),
    ):
        with pytest.raises(error):
            lift_ban(**{"ban_id": made.pk, "reason": "Upheld.", "by": other, "now": NOON, **values})
    assert BoardBan.objects.get().lifted_on is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"ends_on": TODAY - timedelta(days=1)}, "board_ban_days_in_order"),
        ({"reason": ""}, "board_ban_says_why"),
        ({"lifted_on": TODAY}, "board_ban_lifted_triple"),
        ({"pk": None}, "board_ban_periods_apart"),
    ],
)
def test_what_the_database_refuses(changes: dict[str, Any], name: str) -> None:
    made = ban(make_provider(status="admitted"))
    for key, value in changes.items():
        setattr(made, key, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        made.save()


def test_by_page() -> None:
    provider, today = make_provider(status="admitted"), business_day(timezone.now())
    client = sign_in(make_staff(Role.CONDUCT_OFFICER))
    form = {"provider": provider.code, "starts_on": today, "ends_on": today, "reason": "Bought orders."}
    assert "/staff/board-bans/new/" in client.get("/staff/board-bans/").content.decode()
    assert client.get(f"/staff/board-bans/new/?provider={provider.code}").status_code == 200
    assert client.post("/staff/board-bans/new/", {**form, "provider": "P999999"}).status_code == 400
    assert client.post("/staff/board-bans/new/", {**form, "ends_on": today - timedelta(days=1)}).status_code == 400
    assert client.post("/staff/board-bans/new/", form).status_code == 302
    made = BoardBan.objects.get()
    assert provider.name in client.get("/staff/board-bans/?state=now").content.decode()
    assert provider.name not in client.get("/staff/board-bans/?state=over").content.decode()
    page = client.get(f"/staff/board-bans/{made.pk}/").content.decode()
    assert ("Bought orders." in page, f"/staff/board-bans/{made.pk}/lift/" in page) == (True, True)
    auditor = sign_in(make_staff(Role.AUDITOR))
    assert f"/staff/board-bans/{made.pk}/lift/" not in auditor.get(f"/staff/board-bans/{made.pk}/").content.decode()
    assert auditor.post(f"/staff/board-bans/{made.pk}/lift/", {"reason": "No."}).status_code == 403
    assert client.post(f"/staff/board-bans/{made.pk}/lift/", {"reason": "Upheld.", "version": 1}).status_code == 302
    assert BoardBan.objects.get().lifted_on == today


def test_by_endpoint() -> None:
    provider, today = make_provider(status="admitted"), business_day(timezone.now()).isoformat()
    officer, owner = api(make_staff(Role.CONDUCT_OFFICER)), api(owner_of(provider))
    stranger = api(owner_of(make_provider()))
    body = {"provider": provider.code, "starts_on": today, "ends_on": today, "reason": "Bought orders."}
    assert owner.post("/api/v1/board-bans", body).status_code == 403
    made = officer.post("/api/v1/board-bans", body)
    assert (made.status_code, made.json()["provider"]) == (201, provider.code)
    path = f"/api/v1/board-bans/{made.json()['id']}"
    assert owner.get(path).json()["reason"] == "Bought orders."
    assert [len(one.get("/api/v1/board-bans").json()["results"]) for one in (officer, owner, stranger)] == [1, 1, 0]
    assert (stranger.get(path).status_code, owner.post(f"{path}/lift", {"reason": "x", "version": 1}).status_code) == (
        404,
        403,
    )
    lifted = officer.post(f"{path}/lift", {"reason": "Upheld.", "version": 1})
    assert (lifted.status_code, lifted.json()["lifted_on"]) == (200, today)


def test_the_provider_reads_its_ban_in_words_and_sees_its_own_row() -> None:
    season, field = ranked(Bans.HOLD_PLACE)
    today: date = business_day(timezone.now())
    ban(field[0], starts_on=today, ends_on=today, now=timezone.now(), reason="Lent its licence.")
    owner = sign_in(owner_of(field[1]))
    page = owner.get(f"/boards/{season.code}/by/traffic_marketing/")
    assert [row.record.place for row in page.context["own_table"].rows] == [2]
    assert field[1].pk not in {row.record.provider_id for row in page.context["table"].rows}
    mine = sign_in(owner_of(field[0])).get(f"/boards/{season.code}/").content.decode()
    assert "Reason: Lent its licence." in mine
    assert "You go on racing: your place counts" in mine
    race = sign_in(owner_of(field[0])).get("/provider/race/").content.decode()
    assert "Reason: Lent its licence." in race
    assert "Reason:" not in owner.get("/provider/race/").content.decode()  # its own ban is over
    assert "Lent its licence." not in owner.get(f"/boards/{season.code}/").content.decode()
    staff = sign_in(make_staff(Role.AUDITOR)).get(f"/boards/{season.code}/by/traffic_marketing/")
    assert [row.record.banned for row in staff.context["table"].rows] == [False, True, False, False]
