"""Addresses of scoring and seasons."""

from django.urls import path

from api.v1 import (
    lab,
    objections,
    score_runs,
    scorecard_answers,
    scorecards,
    scoring_model_parts,
    scoring_models,
    season_comments,
    seasons,
    standings,
    verdicts,
    weights,
)

urlpatterns = [
    path("scoring-models", scoring_models.ScoringModelListView.as_view(), name="scoring-models"),
    path("scoring-models/<int:pk>", scoring_models.ScoringModelView.as_view(), name="scoring-model"),
    path("scoring-models/<int:pk>/toml", scoring_models.ScoringModelTomlView.as_view(), name="scoring-model-toml"),
    path(
        "scoring-models/<int:pk>/actions",
        scoring_models.ScoringModelActionsView.as_view(),
        name="scoring-model-actions",
    ),
    path("scoring-models/<int:pk>/copies", scoring_model_parts.ModelCopiesView.as_view(), name="scoring-model-copies"),
    path(
        "scoring-models/<int:pk>/comparison",
        scoring_model_parts.ModelComparisonView.as_view(),
        name="scoring-model-comparison",
    ),
    path(
        "scoring-models/<int:pk>/preview", scoring_model_parts.ModelPreviewView.as_view(), name="scoring-model-preview"
    ),
    path(
        "scoring-models/<int:pk>/settings",
        scoring_model_parts.ModelSettingsView.as_view(),
        name="scoring-model-settings",
    ),
    path(
        "scoring-models/<int:pk>/weights", scoring_model_parts.ModelWeightsView.as_view(), name="scoring-model-weights"
    ),
    path("scoring-models/<int:pk>/trials", lab.ModelTrialsView.as_view(), name="scoring-model-trials"),
    path(
        "scoring-models/<int:pk>/parts/<str:kind>",
        scoring_model_parts.PartListView.as_view(),
        name="scoring-model-parts",
    ),
    path(
        "scoring-models/<int:pk>/parts/<str:kind>/<str:key>",
        scoring_model_parts.PartView.as_view(),
        name="scoring-model-part",
    ),
    path(
        "scoring-models/<int:pk>/parts/<str:kind>/<str:key>/move",
        scoring_model_parts.PartMoveView.as_view(),
        name="scoring-model-part-move",
    ),
    path("lab-trials", lab.TrialListView.as_view(), name="lab-trials"),
    path("lab-trials/<int:pk>", lab.TrialView.as_view(), name="lab-trial"),
    path("lab-trials/<int:pk>/actions", lab.TrialActionsView.as_view(), name="lab-trial-actions"),
    path("lab-results/<int:pk>", lab.ResultView.as_view(), name="lab-result"),
    path("lab-results/<int:pk>/moves", lab.MoveListView.as_view(), name="lab-result-moves"),
    path("score-runs", score_runs.ScoreRunListView.as_view(), name="score-runs"),
    path("score-runs/<int:pk>", score_runs.ScoreRunView.as_view(), name="score-run"),
    path("score-runs/<int:pk>/actions", score_runs.ScoreRunActionsView.as_view(), name="score-run-actions"),
    path("score-runs/<int:pk>/what-if", weights.RunWhatIfView.as_view(), name="score-run-what-if"),
    path("scorecards", scorecards.ScorecardListView.as_view(), name="scorecards"),
    path("scorecards/<int:pk>", scorecards.ScorecardView.as_view(), name="scorecard"),
    path("scorecards/<int:pk>/ledger", scorecards.LedgerView.as_view(), name="scorecard-ledger"),
    path("scorecards/<int:pk>/move", scorecards.MoveView.as_view(), name="scorecard-move"),
    path("scorecards/<int:pk>/history", scorecard_answers.HistoryView.as_view(), name="scorecard-history"),
    path("scorecards/<int:pk>/peers", scorecard_answers.PeersView.as_view(), name="scorecard-peers"),
    path("scorecards/<int:pk>/next-steps", scorecard_answers.NextStepsView.as_view(), name="scorecard-next-steps"),
    path("scorecards/<int:pk>/what-if", scorecard_answers.WhatIfView.as_view(), name="scorecard-what-if"),
    path("scorecards/<int:pk>/outlook", scorecard_answers.OutlookView.as_view(), name="scorecard-outlook"),
    path("seasons", seasons.SeasonListView.as_view(), name="seasons"),
    path("seasons/<int:pk>", seasons.SeasonView.as_view(), name="season"),
    path("seasons/<int:pk>/actions", seasons.SeasonActionsView.as_view(), name="season-actions"),
    path("seasons/<int:pk>/entries", seasons.EntryListView.as_view(), name="season-entries"),
    path("seasons/<int:pk>/comments", season_comments.CommentListView.as_view(), name="season-comments"),
    path("seasons/<int:pk>/settlement", verdicts.SettlementView.as_view(), name="season-settlement"),
    path("seasons/<int:pk>/verdicts", verdicts.VerdictListView.as_view(), name="season-verdicts"),
    path("objections", objections.ObjectionListView.as_view(), name="objections"),
    path("objections/<int:pk>", objections.ObjectionView.as_view(), name="objection"),
    path("objections/<int:pk>/actions", objections.ObjectionActionsView.as_view(), name="objection-actions"),
    path("verdicts/<int:pk>/clear-out", verdicts.ClearOutView.as_view(), name="verdict-clear-out"),
    path("season-comments/<int:pk>/answer", season_comments.CommentAnswerView.as_view(), name="season-comment-answer"),
    path("seasons/<int:pk>/nights", standings.NightListView.as_view(), name="season-nights"),
    path("seasons/<int:pk>/standings", standings.StandingListView.as_view(), name="season-standings"),
]
