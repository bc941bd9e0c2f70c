"""Addresses of the scoring pages of staff."""

from django.urls import path

from pages.staff import views_model, views_run

urlpatterns = [
    path("scoring-models/", views_model.ScoringModelList.as_view(), name="scoring_model_list"),
    path("scoring-models/draft/", views_model.ScoringModelDraft.as_view(), name="scoring_model_draft"),
    path("scoring-models/<int:pk>/", views_model.ScoringModelDetail.as_view(), name="scoring_model_detail"),
    path("scoring-models/<int:pk>/edit/", views_model.ScoringModelEdit.as_view(), name="scoring_model_edit"),
    path("scoring-models/<int:pk>/toml/", views_model.ScoringModelDownload.as_view(), name="scoring_model_toml"),
    path("scoring-models/<int:pk>/act/", views_model.ScoringModelAct.as_view(), name="scoring_model_act"),
    path("score-runs/", views_run.ScoreRunList.as_view(), name="score_run_list"),
    path("score-runs/start/", views_run.ScoreRunStart.as_view(), name="score_run_start"),
    path("score-runs/<int:pk>/", views_run.ScoreRunDetail.as_view(), name="score_run_detail"),
    path("score-runs/<int:pk>/act/", views_run.ScoreRunAct.as_view(), name="score_run_act"),
    path("scorecards/", views_run.ScorecardList.as_view(), name="scorecard_list"),
    path("scorecards/<int:pk>/", views_run.ScorecardDetail.as_view(), name="scorecard_detail"),
]
