"""Addresses of the season pages of staff."""

from django.urls import path

from pages import season_comments
from pages.staff import views_season

urlpatterns = [
    path("seasons/", views_season.SeasonList.as_view(), name="season_list"),
    path("seasons/create/", views_season.SeasonCreate.as_view(), name="season_create"),
    path("seasons/<int:pk>/", views_season.SeasonDetail.as_view(), name="season_detail"),
    path("seasons/<int:pk>/edit/", views_season.SeasonEdit.as_view(), name="season_edit"),
    path("seasons/<int:pk>/act/", views_season.SeasonAct.as_view(), name="season_act"),
    path("seasons/<int:pk>/standings/", views_season.StandingCompute.as_view(), name="standing_compute"),
    path("season-comments/<int:pk>/answer/", season_comments.CommentAnswer.as_view(), name="season_comment_answer"),
]
