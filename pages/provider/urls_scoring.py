"""Addresses of the provider's scoring pages."""

from django.urls import path

from pages.provider import views_scorecard, views_scoring_rules

urlpatterns = [
    path("scoring-rules/<int:pk>/", views_scoring_rules.ScoringRules.as_view(), name="scoring_rules"),
    path("scorecard/", views_scorecard.ScorecardPage.as_view(), name="scorecard"),
    path("scorecard/<int:pk>/", views_scorecard.ScorecardPage.as_view(), name="scorecard_of_run"),
    path("race/", views_scorecard.Race.as_view(), name="race"),
]
