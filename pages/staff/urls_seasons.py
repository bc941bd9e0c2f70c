"""Addresses of the season pages of staff."""

from django.urls import path

from pages.staff import (
    views_ban,
    views_objection,
    views_places,
    views_season,
    views_season_comment,
    views_season_duties,
    views_season_lab,
    views_settlement,
)

urlpatterns = [
    path("seasons/", views_season.SeasonList.as_view(), name="season_list"),
    path("seasons/create/", views_season.SeasonCreate.as_view(), name="season_create"),
    path("seasons/<int:pk>/", views_season.SeasonDetail.as_view(), name="season_detail"),
    path("seasons/<int:pk>/edit/", views_season.SeasonEdit.as_view(), name="season_edit"),
    path("seasons/<int:pk>/act/", views_season.SeasonAct.as_view(), name="season_act"),
    path("seasons/<int:pk>/standings/", views_season.StandingCompute.as_view(), name="standing_compute"),
    path("seasons/<int:pk>/places/", views_places.PlaceList.as_view(), name="place_list"),
    path("seasons/<int:pk>/duties/", views_season_duties.SeasonDuties.as_view(), name="season_duties"),
    path("seasons/<int:pk>/lab/", views_season_lab.SeasonLab.as_view(), name="season_lab"),
    path("season-trials/<int:pk>/", views_season_lab.TrialDetail.as_view(), name="season_trial"),
    path("season-trials/<int:pk>/act/", views_season_lab.TrialAct.as_view(), name="season_trial_act"),
    path("season-replays/<int:pk>/", views_season_lab.ReplayDetail.as_view(), name="season_replay"),
    path("season-replays/<int:pk>/moves/", views_season_lab.ReplayMoves.as_view(), name="season_replay_moves"),
    path("seasons/<int:pk>/settlement/", views_settlement.SettlementPage.as_view(), name="settlement"),
    path("seasons/<int:pk>/settlement/start/", views_settlement.SettlementStart.as_view(), name="settlement_start"),
    path("board-bans/", views_ban.BanList.as_view(), name="ban_list"),
    path("board-bans/new/", views_ban.BanImpose.as_view(), name="ban_impose"),
    path("board-bans/<int:pk>/", views_ban.BanDetail.as_view(), name="ban_detail"),
    path("board-bans/<int:pk>/lift/", views_ban.BanLift.as_view(), name="ban_lift"),
    path("objections/", views_objection.ObjectionList.as_view(), name="objection_list"),
    path("objections/<int:pk>/", views_objection.ObjectionDetail.as_view(), name="objection_detail"),
    path("objections/<int:pk>/act/", views_objection.ObjectionAct.as_view(), name="objection_act"),
    path("objections/<int:pk>/uphold/", views_objection.ObjectionUphold.as_view(), name="objection_uphold"),
    path("verdicts/<int:pk>/clear-out/", views_settlement.ClearOut.as_view(), name="verdict_clear_out"),
    path(
        "season-comments/<int:pk>/answer/", views_season_comment.CommentAnswer.as_view(), name="season_comment_answer"
    ),
]
