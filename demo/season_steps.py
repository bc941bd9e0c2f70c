"""The demo world's seasons: one is final with its verdicts and an upheld objection, one runs, one is announced."""

from datetime import date, timedelta
from typing import Any

from accounts.roles import Role
from demo.cast import Cast
from demo.clock import at_night, next_quarter, quarter_start
from demo.scoring_steps import run_night, score_night
from scoring.capabilities.models import ScoringModel
from scoring.seasons import services as seasons
from scoring.seasons.ban_services import impose_ban
from scoring.seasons.comment_services import answer_comment, write_comment
from scoring.seasons.duty_services import set_duties
from scoring.seasons.enums import Outcome, Relief
from scoring.seasons.models import Season
from scoring.seasons.objection_services import open_objection, uphold_objection
from scoring.seasons.policies import NOTICE_DAYS, OBJECTION_DAYS, SETTLEMENT_LAG_DAYS
from scoring.seasons.selectors import tracks_of
from scoring.seasons.settlement_services import settle_track
from scoring.seasons.verdict_selectors import current_verdicts

RULES: dict[str, Any] = {
    "settlement": {
        "entry_threshold": 55.0,
        "promote": {"share": 0.15},
        "relegate": {"share": 0.15},
        "play_off": 2,
        "floors": {"service_fulfilment": 30.0, "supply_chain": 30.0},
        "clear_out_after": 3,
        "tracks": {"league-1": {"entry_threshold": 72.0}},
    },
    "tracks": [
        {"key": "league", "name_zh": "综合赛道", "name_en": "League", "levels": 2, "who": {"newcomers": "never"}},
        {
            "key": "fresh",
            "name_zh": "新人赛道",
            "name_en": "Newcomers",
            "who": {"newcomers": "only"},
            "leads_to": "league",
        },
    ],
}
# Neither the company of the demo accounts nor one of the very first.
BANNED = 12
DUTIES = {"transition": 1, "cold_start": 1}
EARLY = timedelta(days=NOTICE_DAYS + 5)
# So that the levels of one season count in the next: its result is final on the day before.
GAP = timedelta(days=SETTLEMENT_LAG_DAYS + OBJECTION_DAYS + 3)


def open_seasons(cast: Cast, model: ScoringModel, *, today: date) -> Season:
    """The season before is final, the quarter's season runs, and the next one is announced or at least prepared."""
    first = quarter_start(today)
    finish_past(cast, model, quarter_start(first), first)
    running = create(cast, model, first, next_quarter(first) - timedelta(days=1), on=first - EARLY)
    ask_for_duties(cast, running, first - EARLY)
    advance(cast, running, "announce", first - EARLY)
    advance(cast, running, "start", first)
    ban_one(cast, today)
    announce_next(cast, model, next_quarter(first), today=today)
    return Season.objects.get(pk=running.pk)


def ban_one(cast: Cast, today: date) -> None:
    """A provider is off the boards for two weeks: the last nights show the gap that it leaves."""
    day = today - timedelta(days=3)
    impose_ban(
        provider_id=cast.providers[BANNED].pk,
        starts_on=day,
        ends_on=day + timedelta(days=14),
        reason="两家店铺的刷单行为经核实，已从业务数据中剔除；禁榜十五天。",
        by=cast.staff[Role.CONDUCT_OFFICER],
        now=at_night(day),
    )


def finish_past(cast: Cast, model: ScoringModel, first: date, following: date) -> Season:
    """A season from the announcement to its final result, with one objection that was upheld."""
    season = create(cast, model, first, following - GAP, on=first - EARLY)
    advance(cast, season, "announce", first - EARLY)
    score_night(first - timedelta(days=1))  # the first levels are cut by these scores
    advance(cast, season, "start", first)
    for night in (season.ends_on - timedelta(days=30), season.ends_on):
        run_night(season, night)
    advance(cast, season, "close", season.ends_on + timedelta(days=1))
    settled = season.ends_on + timedelta(days=SETTLEMENT_LAG_DAYS + 1)
    for track in tracks_of(season):
        settle_track(track_id=track.pk, by=cast.staff[Role.RACE_STEWARD], now=at_night(settled))
    advance(cast, season, "open_objections", settled)
    hear_one(cast, season, settled + timedelta(days=1))
    return advance(cast, season, "finalise", settled + timedelta(days=OBJECTION_DAYS + 1))


def hear_one(cast: Cast, season: Season, day: date) -> None:
    """The best of those who fell objects, and an appeals officer upholds it."""
    fallen = current_verdicts(season).filter(outcome=Outcome.RELEGATED).select_related("provider__registered_by")
    verdict = fallen.order_by("-score", "pk").first()
    if verdict is None or verdict.provider.registered_by is None:
        return
    objection = open_objection(
        verdict_id=verdict.pk,
        statement="最后一个月两家商家停播，履约数据未能反映真实服务水平，证明材料已提交。",
        by=verdict.provider.registered_by,
        now=at_night(day),
    )
    uphold_objection(
        objection_id=objection.pk,
        relief=Relief.SPARE,
        note="商家停播由平台场地故障引起，不应由服务商承担。",
        by=cast.staff[Role.APPEALS_OFFICER],
        now=at_night(day + timedelta(days=2)),
    )


def announce_next(cast: Cast, model: ScoringModel, first: date, *, today: date) -> None:
    """The next season is announced when it is time, with a comment that is answered and one that waits."""
    day = min(first - EARLY, today - timedelta(days=2))
    season = create(cast, model, first, next_quarter(first) - timedelta(days=1), on=day)
    ask_for_duties(cast, season, day)
    if day + timedelta(days=NOTICE_DAYS) > first:
        return
    advance(cast, season, "announce", day)
    said = ("新人赛道的保护期从哪一天算起？", "建议增加产业带服务商的独立赛道。")
    comments = [
        write_comment(
            season_id=season.pk, provider_id=provider.pk, text=text, by=owner, now=at_night(day) + timedelta(hours=6)
        )
        for provider, owner, text in zip(cast.providers, cast.owners, said, strict=False)
    ]
    answer_comment(
        comment_id=comments[0].pk,
        answer="从准入当日算起，共 90 天；赛季首日仍在保护期内的进入新人赛道。",
        by=cast.staff[Role.RACE_STEWARD],
        now=at_night(day + timedelta(days=1)),
    )


def create(cast: Cast, model: ScoringModel, first: date, last: date, *, on: date) -> Season:
    """A draft, made in the night before it can be announced."""
    quarter = (first.month - 1) // 3 + 1
    return seasons.create_season(
        code=f"{first.year}Q{quarter}",
        name_zh=f"{first.year}年第{'一二三四'[quarter - 1]}季度赛季",
        name_en=f"Season {first.year} Q{quarter}",
        starts_on=first,
        ends_on=last,
        scoring_model_id=model.pk,
        rules=RULES,
        by=cast.staff[Role.RACE_STEWARD],
        now=at_night(on - timedelta(days=1)),
    )


def ask_for_duties(cast: Cast, season: Season, day: date) -> None:
    """The steward lets promotion ask for help to merchants too."""
    set_duties(season_id=season.pk, duties=DUTIES, by=cast.staff[Role.RACE_STEWARD], now=at_night(day))


def advance(cast: Cast, season: Season, action: str, day: date) -> Season:
    """One step of the steward's."""
    return seasons.ACTIONS[action](season_id=season.pk, by=cast.staff[Role.RACE_STEWARD], now=at_night(day))
