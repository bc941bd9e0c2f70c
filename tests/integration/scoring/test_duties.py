"""Duties as targets: which work counts, how often, what the settlement makes of it, and who may see it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotFound, NotPermitted, Stale
from providers.registry.models import Provider
from scoring.disputes.models import Dispute
from scoring.duties.enums import Duty, Help, Shop, Verdict, WorkState
from scoring.duties.judging import Progress, judge_providers
from scoring.duties.models import DutyWork
from scoring.duties.services import Work, record_work
from scoring.seasons import services
from scoring.seasons.duty_selectors import progress_of
from scoring.seasons.duty_services import set_duties
from scoring.seasons.models import Season
from scoring.seasons.pinning import digest_of
from scoring.seasons.policies import read_rules
from scoring.seasons.settling import settle_track_now
from scoring.seasons.track_words import describe_tracks
from scoring.seasons.verdict_words import say_verdict
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.scoring import DAY, MORNING_AFTER, make_published_model, make_season
from tests.factories.seasons import LEAGUE, make_old, make_race, score_field, settle_season, start_season
from tests.integration.scoring.test_pages import api, sign_in

pytestmark = pytest.mark.django_db
FIRST, LAST = DAY - timedelta(days=89), DAY


def tell(provider: Provider, number: int = 1, **changes: Any) -> DutyWork:
    """A transition that was completed and reached its target on the last day."""
    values: dict[str, Any] = {
        "reference": f"E{number:06d}",
        "merchant": f"M{number:06d}",
        "help": Help.TRANSITION,
        "shop": Shop.OTHER,
        "new_shop": False,
        "state": WorkState.COMPLETED,
        "started_on": FIRST,
        "ended_on": LAST,
        "target": 100,
        "measured": 100,
        "measured_until": LAST,
    }
    return record_work(provider_id=provider.pk, work=Work(**{**values, **changes}), by=None)


def judge(provider: Provider, duty: Duty = Duty.TRANSITION, target: int = 1) -> Progress:
    return judge_providers([provider.pk], {duty: target}, FIRST, LAST)[provider.pk][0]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.COUNTS),
        ({"ended_on": FIRST, "started_on": FIRST - timedelta(days=60)}, Verdict.COUNTS),
        ({"ended_on": LAST + timedelta(days=1)}, Verdict.ENDED_AFTER),
        ({"ended_on": None, "state": WorkState.RUNNING}, Verdict.RUNNING),
        ({"state": WorkState.BROKEN_OFF}, Verdict.BROKEN_OFF),
        ({"measured": None, "measured_until": None}, Verdict.NOT_MEASURED),
        ({"measured": 99}, Verdict.TARGET_MISSED),
        ({"measured": 0}, Verdict.TARGET_MISSED),
        ({"new_shop": True, "shop": Shop.BRAND}, Verdict.COUNTS),
    ],
)
def test_a_transition_counts_or_says_why_not(changes: dict[str, Any], verdict: Verdict) -> None:
    provider = make_provider(status="admitted")
    work = tell(provider, **changes)
    progress = judge(provider)
    assert [(one.work, one.verdict) for one in progress.evidence] == [(work, verdict)]
    assert (progress.done, progress.met) == ((1, True) if verdict == Verdict.COUNTS else (0, False))


def test_what_ended_before_the_season_is_no_part_of_it() -> None:
    provider = make_provider(status="admitted")
    tell(provider, ended_on=FIRST - timedelta(days=1), started_on=FIRST - timedelta(days=30))
    tell(provider, 2, started_on=LAST + timedelta(days=1), ended_on=LAST + timedelta(days=9))
    assert judge(provider).evidence == ()


@pytest.mark.parametrize("duty", [Duty.COLD_START, Duty.KUAI_BRAND_COLD_START, Duty.BRAND_COLD_START])
@pytest.mark.parametrize("shop", Shop)
@pytest.mark.parametrize("new", [True, False])
def test_a_cold_start_is_of_a_new_brand_of_the_kind_asked_for(duty: Duty, shop: Shop, new: bool) -> None:
    provider = make_provider(status="admitted")
    tell(provider, help=Help.COLD_START, shop=shop, new_shop=new)
    wanted = {
        Duty.COLD_START: {Shop.KUAI_BRAND, Shop.BRAND},
        Duty.KUAI_BRAND_COLD_START: {Shop.KUAI_BRAND},
        Duty.BRAND_COLD_START: {Shop.BRAND},
    }
    expected = Verdict.COUNTS if new and shop in wanted[duty] else Verdict.WRONG_SHOP
    assert [one.verdict for one in judge(provider, duty).evidence] == [expected]
    assert judge(provider, Duty.TRANSITION).evidence == ()


def test_each_merchant_counts_once_and_the_newest_word_about_a_work_holds() -> None:
    provider = make_provider(status="admitted")
    tell(provider, measured=None, measured_until=None)
    tell(provider, 2, merchant="M000001", ended_on=LAST - timedelta(days=3))
    assert [one.verdict for one in judge(provider).evidence] == [Verdict.COUNTS, Verdict.NOT_MEASURED]
    tell(provider)
    found = judge(provider)
    assert [one.work.reference for one in found.evidence] == ["E000002", "E000001"]
    assert [one.verdict for one in found.evidence] == [Verdict.COUNTS, Verdict.COUNTED_BEFORE]
    assert DutyWork.objects.count() == 3


@pytest.mark.parametrize(
    ("merchant", "first", "last", "verdict"),
    [
        ("M000001", LAST, LAST, Verdict.DISPUTED),
        ("", LAST - timedelta(days=9), LAST + timedelta(days=9), Verdict.DISPUTED),
        ("M000002", LAST, LAST, Verdict.COUNTS),
        ("M000001", LAST + timedelta(days=1), LAST + timedelta(days=2), Verdict.COUNTS),
        ("M000001", FIRST - timedelta(days=2), FIRST - timedelta(days=1), Verdict.COUNTS),
    ],
)
def test_work_whose_facts_are_under_dispute_waits(merchant: str, first: date, last: date, verdict: Verdict) -> None:
    provider = make_provider(status="admitted")
    tell(provider)
    person = owner_of(provider)
    dispute = Dispute.objects.create(
        provider=provider,
        column="orders",
        merchant=merchant,
        day_from=first,
        day_to=last,
        held=1,
        should_be=2,
        statement="One order is missing.",
        opened_by=person,
        due_at=MORNING_AFTER,
    )
    assert [one.verdict for one in judge(provider).evidence] == [verdict]
    dispute.status, dispute.withdrawn_at, dispute.withdrawn_by = "withdrawn", MORNING_AFTER, person
    dispute.save()
    assert judge(provider).done == 1


def test_what_is_told_again_is_kept_once_and_each_change_is_logged() -> None:
    provider = make_provider(status="admitted")
    first, second = tell(provider), tell(provider)
    assert first == second
    later = tell(provider, measured=120)
    assert later.pk != first.pk
    entries = AuditEntry.objects.filter(action="duty.record").order_by("pk")
    assert [entry.changes.get("measured") for entry in entries] == [100, 120]
    with pytest.raises(NotFound):
        record_work(
            provider_id=0, work=Work("E1", "M1", "transition", "other", False, "running", FIRST, None, 1), by=None
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"help": "other"},
        {"shop": "stall"},
        {"state": "lost"},
        {"ended_on": None},
        {"state": "running"},
        {"ended_on": FIRST - timedelta(days=1)},
        {"target": 0},
        {"measured": None},
        {"measured_until": None},
    ],
)
def test_constraints_of_works(changes: dict[str, Any]) -> None:
    provider = make_provider(status="admitted")
    kept = tell(provider)
    values = {name: getattr(kept, name) for name in Work.__dataclass_fields__}
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyWork(provider=provider, **{**values, **changes}).save(force_insert=True)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        DutyWork.objects.update(measured=1)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        DutyWork.objects.all()._raw_delete("default")


@pytest.mark.parametrize(("done", "outcome"), [(0, "stay"), (1, "stay"), (2, "promoted"), (3, "promoted")])
def test_promotion_asks_for_exactly_the_number(done: int, outcome: str) -> None:
    season, field = make_race([30, 25, 10], duties={"transition": 2})
    for number in range(done):
        tell(field[0], number)
    verdict = settle_season(season)[field[0].pk]
    assert verdict.outcome == outcome
    reason = next(one for one in verdict.reasons if one["code"] == "promotion.duty")
    counted = [f"E{number:06d}" for number in range(done)]
    assert (reason["met"], reason["params"]) == (
        done >= 2,
        {"duty": "transition", "done": done, "target": 2, "counted": counted},
    )
    with translation.override("en"):
        told = say_verdict(verdict)
    sentences = [*told["deciding"], *told["others"]]
    stand = "is done" if done >= 2 else "is not done"
    expected = (
        f"The duty “Existing merchants helped through a transition” {stand}: {done} of the 2 that rising asks for."
    )
    assert any(sentence.startswith(expected) for sentence in sentences)
    assert (f"Counted: {', '.join(counted)}." in " ".join(sentences)) == bool(done)
    # Nobody inherits the place, and duties keep nobody from staying.
    assert settle_track_now(season.tracks.get()).counts.get("promoted", 0) == (1 if done >= 2 else 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_on": LAST + timedelta(days=1)},
        {"measured": None, "measured_until": None},
        {"measured": 99},
        {"state": WorkState.BROKEN_OFF},
    ],
)
def test_one_short_by_work_that_does_not_count(changes: dict[str, Any]) -> None:
    season, field = make_race([30, 25, 10], duties={"transition": 2})
    tell(field[0], 1)
    tell(field[0], 2, **changes)
    assert settle_season(season)[field[0].pk].outcome == "stay"


def test_rules_with_unknown_duties_are_refused_and_known_ones_are_public_and_pinned() -> None:
    for wrong in ({"charity": 1}, {"transition": 0}, {"transition": "2"}, ["transition"]):
        with pytest.raises(InvalidInput) as refusal:
            read_rules({"settlement": {"duties": wrong}})
        assert refusal.value.field == "rules"
    season = start_season_with({"transition": 2, "cold_start": 1})
    track = season.tracks.get()
    with translation.override("en"):
        told = describe_tracks([track])[0]["rules"]["duties"]
    assert told == (
        "New Kuai brands or brands helped through a cold start: at least 1; "
        "Existing merchants helped through a transition: at least 2"
    )
    assert season.pinned["tracks"]["main"]["settlement"]["duties"] == {"transition": 2, "cold_start": 1}
    assert season.digest == digest_of(season.pinned)


def start_season_with(duties: dict[str, int]) -> Season:
    make_published_model()
    return start_season(duties=duties)


def make_draft(**rules: Any) -> Season:
    return make_season(make_published_model(), code="NEXT", starts_on=DAY + timedelta(days=30), running=False, **rules)


def test_a_steward_sets_the_duties_of_all_tracks_of_a_draft() -> None:
    tracks = [{**LEAGUE, "levels": 2, "settlement": {"promote": 3}}, {**LEAGUE, "key": "other"}]
    draft, steward = make_draft(rules={"settlement": {"promote": 1}, "tracks": tracks}), make_staff(Role.RACE_STEWARD)
    saved = set_duties(season_id=draft.pk, duties={"transition": 2, "cold_start": 0}, by=steward)
    asked = {track.key: track.rules["settlement"].get("duties") for track in saved.tracks.all()}
    assert asked == {key: {"transition": 2} for key in ("league-1", "league-2", "other")}
    assert saved.tracks.get(key="league-2").rules["settlement"]["promote"] == {"count": 3}
    assert set_duties(season_id=draft.pk, duties={}, by=steward).plan["settlement"].get("duties") is None
    before = Season.objects.get(pk=draft.pk)
    for error, given in (
        (Stale, {"by": steward, "version": 1}),
        (NotPermitted, {"by": make_staff(Role.AUDITOR)}),
        (InvalidInput, {"by": steward, "duties": {"charity": 1}}),
    ):
        with pytest.raises(error):
            set_duties(**{"season_id": draft.pk, "duties": {"transition": 5}, **given})
    with pytest.raises(NotFound):
        set_duties(season_id=0, duties={}, by=steward)
    assert Season.objects.get(pk=draft.pk).plan == before.plan
    services.announce(season_id=draft.pk, by=steward, now=draft.created_at.replace(year=2020))
    with pytest.raises(Conflict):
        set_duties(season_id=draft.pk, duties={"transition": 5}, by=steward)


def race_with_duties(count: int) -> tuple[Season, list[Provider]]:
    make_published_model()
    field = make_old(count)
    season = start_season(duties={"transition": 2})
    score_field({one: 30.0 - number for number, one in enumerate(field)})
    return season, field


def test_progress_is_shown_to_staff_and_to_the_provider_itself() -> None:
    season, field = race_with_duties(2)
    tell(field[0], 1)
    tell(field[0], 2, measured=None, measured_until=None)
    found = progress_of(season, season.tracks.get(), [one.pk for one in field])
    assert {pk: [(one.done, one.target) for one in each] for pk, each in found.items()} == {
        field[0].pk: [(1, 2)],
        field[1].pk: [(0, 2)],
    }
    staff = api(make_staff(Role.AUDITOR)).get(f"/api/v1/seasons/{season.pk}/duties").json()["results"]
    assert [(row["provider"], row["duties"][0]["done"]) for row in staff] == [(field[0].code, 1), (field[1].code, 0)]
    assert [one["verdict"] for one in staff[0]["duties"][0]["evidence"]] == ["counts", "not_measured"]
    own = api(owner_of(field[1])).get(f"/api/v1/seasons/{season.pk}/duties").json()["results"]
    assert [row["provider"] for row in own] == [field[1].code]
    hidden = api(owner_of(field[1])).get(f"/api/v1/seasons/{season.pk}/duties?provider={field[0].code}").json()
    assert hidden["results"] == []
    page = sign_in(make_staff(Role.AUDITOR)).get(f"/staff/seasons/{season.pk}/duties/").content.decode()
    assert "1 of 2; 1 is missing." in page
    assert "Not measured: there are no facts about it" in page
    race = sign_in(owner_of(field[0])).get("/provider/race/").content.decode()
    assert "1 of 2; 1 is missing." in race
    assert field[1].code not in race


def test_the_duties_of_a_draft_are_set_by_page_and_by_endpoint() -> None:
    draft, steward = make_draft(), make_staff(Role.RACE_STEWARD)
    address, client = f"/staff/seasons/{draft.pk}/duties/", sign_in(steward)
    assert "This track asks for no duties." in client.get(address).content.decode()
    data = {"version": draft.version, "transition": "2", "cold_start": "", "brand_cold_start": "0"}
    assert client.post(address, {**data, "transition": "-1"}).status_code == 400
    assert client.post(address, data).status_code == 302
    draft.refresh_from_db()
    assert draft.plan["settlement"]["duties"] == {"transition": 2}
    assert client.get(address).context["form"]["transition"].value() == 2
    sent = {"version": draft.version, "duties": {"cold_start": 1}}
    saved = api(steward).put(f"/api/v1/seasons/{draft.pk}/duties", sent, format="json")
    assert (saved.status_code, saved.json()["plan"]["settlement"]["duties"]) == (200, {"cold_start": 1})
    assert api(steward).put(f"/api/v1/seasons/{draft.pk}/duties", sent, format="json").status_code == 409
    auditor = make_staff(Role.AUDITOR)
    assert "form-card" not in sign_in(auditor).get(address).content.decode()
    assert sign_in(auditor).post(address, {**data, "version": saved.json()["version"]}).status_code == 403
    draft.refresh_from_db()
    assert draft.plan["settlement"]["duties"] == {"cold_start": 1}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_opens_in_both_languages_with_steady_queries(language: str) -> None:
    season, field = race_with_duties(3)
    client = sign_in(make_staff(Role.AUDITOR))
    client.cookies["django_language"] = language
    address = f"/staff/seasons/{season.pk}/duties/"
    tell(field[0], 1)
    few = count(client, address)
    for number, one in enumerate(field * 2, start=2):
        tell(one, number)
    assert count(client, address) == few


def count(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)
