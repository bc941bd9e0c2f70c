"""Addresses of the provider's scoring pages."""

from django.urls import path

from pages.provider import views_scorecard, views_scoring_rules, views_season_comment, views_verdict

urlpatterns = [
    path("scoring-rules/<int:pk>/", views_scoring_rules.ScoringRules.as_view(), name="scoring_rules"),
    path("scorecard/", views_scorecard.ScorecardPage.as_view(), name="scorecard"),
    path("scorecard/<int:pk>/", views_scorecard.ScorecardPage.as_view(), name="scorecard_of_run"),
    path("scorecard/<int:pk>/move/", views_scorecard.CardMove.as_view(), name="scorecard_move"),
    path("scorecard/<int:pk>/peers/", views_scorecard.CardPeers.as_view(), name="scorecard_peers"),
    path("scorecard/<int:pk>/next-steps/", views_scorecard.CardNextSteps.as_view(), name="scorecard_next_steps"),
    path("scorecard/<int:pk>/what-if/", views_scorecard.CardWhatIf.as_view(), name="scorecard_what_if"),
    path("scorecard/<int:pk>/outlook/", views_scorecard.CardOutlook.as_view(), name="scorecard_outlook"),
    path("race/", views_scorecard.Race.as_view(), name="race"),
    path("verdicts/<int:pk>/", views_verdict.VerdictDetail.as_view(), name="verdict_detail"),
    path("verdicts/<int:pk>/object/", views_verdict.VerdictObject.as_view(), name="verdict_object"),
    path("verdicts/<int:pk>/appeal/", views_verdict.VerdictAppeal.as_view(), name="verdict_appeal"),
    path("objections/<int:pk>/act/", views_verdict.ObjectionAct.as_view(), name="objection_act"),
    path("seasons/<str:code>/comments/", views_season_comment.SeasonCommentPage.as_view(), name="season_comment"),
]
