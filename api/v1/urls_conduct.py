"""Addresses of probation, watch list and nights."""

from django.urls import path

from api.v1 import probations, watch

urlpatterns = [
    path("probations", probations.ProbationListView.as_view(), name="probation-list"),
    path("probations/<int:pk>", probations.ProbationView.as_view(), name="probation"),
    path("probations/<int:pk>/actions", probations.ProbationActionsView.as_view(), name="probation-actions"),
    path("watch-entries", watch.WatchListView.as_view(), name="watch-list"),
    path("watch-entries/<int:pk>", watch.WatchView.as_view(), name="watch"),
    path("watch-entries/<int:pk>/actions", watch.WatchActionsView.as_view(), name="watch-actions"),
    path("nights", watch.NightListView.as_view(), name="night-list"),
    path("nights/<int:pk>/rows", watch.NightRowListView.as_view(), name="night-row-list"),
]
