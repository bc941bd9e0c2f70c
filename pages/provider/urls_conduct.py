"""Addresses of the company's contracts and watch list."""

from django.urls import path

from pages.provider import views_conduct

urlpatterns = [
    path("probation/", views_conduct.OwnProbation.as_view(), name="probation"),
    path("probation/<int:pk>/act/", views_conduct.OwnProbationAct.as_view(), name="probation_act"),
    path("watch/", views_conduct.OwnWatch.as_view(), name="watch"),
    path("watch/<int:pk>/act/", views_conduct.OwnWatchAct.as_view(), name="watch_act"),
]
