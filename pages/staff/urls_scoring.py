"""Addresses of the scoring pages of staff."""

from django.urls import path

from pages.staff import views_card, views_compare, views_draft, views_lab, views_model, views_run, views_weights
from pages.staff import views_draft_part as parts

urlpatterns = [
    path("scoring-models/", views_model.ScoringModelList.as_view(), name="scoring_model_list"),
    path("scoring-models/draft/", views_model.ScoringModelDraft.as_view(), name="scoring_model_draft"),
    path("scoring-models/<int:pk>/", views_model.ScoringModelDetail.as_view(), name="scoring_model_detail"),
    path("scoring-models/<int:pk>/toml/", views_model.ScoringModelDownload.as_view(), name="scoring_model_toml"),
    path("scoring-models/<int:pk>/act/", views_model.ScoringModelAct.as_view(), name="scoring_model_act"),
    path("scoring-models/<int:pk>/copy/", views_model.ScoringModelCopy.as_view(), name="scoring_model_copy"),
    path("scoring-models/<int:pk>/compare/", views_compare.ModelCompare.as_view(), name="scoring_model_compare"),
    path("scoring-models/<int:pk>/edit/", views_draft.DraftOverview.as_view(), name="scoring_model_edit"),
    path("scoring-models/<int:pk>/edit/text/", views_model.ScoringModelText.as_view(), name="scoring_model_text"),
    path("scoring-models/<int:pk>/edit/settings/", parts.DraftSettings.as_view(), name="draft_settings"),
    path("scoring-models/<int:pk>/edit/<str:kind>/new/", parts.DraftPart.as_view(), name="draft_part_new"),
    path("scoring-models/<int:pk>/edit/<str:kind>/check/", parts.DraftCheck.as_view(), name="draft_check"),
    path(
        "scoring-models/<int:pk>/edit/<str:kind>/preview/",
        parts.DraftPreview.as_view(),
        name="draft_preview",
    ),
    path("scoring-models/<int:pk>/edit/<str:kind>/of/<str:key>/", parts.DraftPart.as_view(), name="draft_part"),
    path(
        "scoring-models/<int:pk>/edit/<str:kind>/of/<str:key>/move/",
        views_draft.DraftPartMove.as_view(),
        name="draft_part_move",
    ),
    path(
        "scoring-models/<int:pk>/edit/<str:kind>/of/<str:key>/remove/",
        views_draft.DraftPartRemove.as_view(),
        name="draft_part_remove",
    ),
    path("scoring-models/<int:pk>/lab/", views_lab.ModelLab.as_view(), name="model_lab"),
    path("lab-trials/<int:pk>/", views_lab.TrialDetail.as_view(), name="lab_trial"),
    path("lab-trials/<int:pk>/act/", views_lab.TrialAct.as_view(), name="lab_trial_act"),
    path("lab-results/<int:pk>/", views_lab.ResultDetail.as_view(), name="lab_result"),
    path("lab-results/<int:pk>/moves/", views_lab.MoveList.as_view(), name="lab_moves"),
    path("score-runs/", views_run.ScoreRunList.as_view(), name="score_run_list"),
    path("score-runs/start/", views_run.ScoreRunStart.as_view(), name="score_run_start"),
    path("score-runs/<int:pk>/", views_run.ScoreRunDetail.as_view(), name="score_run_detail"),
    path("score-runs/<int:pk>/what-if/", views_weights.RunWhatIf.as_view(), name="score_run_what_if"),
    path("score-runs/<int:pk>/act/", views_run.ScoreRunAct.as_view(), name="score_run_act"),
    path("scorecards/", views_run.ScorecardList.as_view(), name="scorecard_list"),
    path("scorecards/<int:pk>/", views_card.ScorecardDetail.as_view(), name="scorecard_detail"),
    path("scorecards/<int:pk>/move/", views_card.CardMove.as_view(), name="scorecard_move"),
    path("scorecards/<int:pk>/peers/", views_card.CardPeers.as_view(), name="scorecard_peers"),
    path("scorecards/<int:pk>/next-steps/", views_card.CardNextSteps.as_view(), name="scorecard_next_steps"),
    path("scorecards/<int:pk>/what-if/", views_card.CardWhatIf.as_view(), name="scorecard_what_if"),
    path("scorecards/<int:pk>/outlook/", views_card.CardOutlook.as_view(), name="scorecard_outlook"),
]
