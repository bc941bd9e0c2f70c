"""Addresses of probation, watch list and nights."""

from django.urls import path

from pages.staff import views_probation, views_watch

urlpatterns = [
    path("probations/", views_probation.ProbationList.as_view(), name="probation_list"),
    path("probations/<int:pk>/", views_probation.ProbationDetail.as_view(), name="probation_detail"),
    path("probations/<int:pk>/act/", views_probation.ProbationAct.as_view(), name="probation_act"),
    path("probations/<int:pk>/extend/", views_probation.ProbationExtend.as_view(), name="probation_extend"),
    path("providers/<str:code>/probation/new/", views_probation.ProbationPropose.as_view(), name="probation_propose"),
    path("watch/", views_watch.WatchList.as_view(), name="watch_list"),
    path("watch/<int:pk>/", views_watch.WatchDetail.as_view(), name="watch_detail"),
    path("watch/<int:pk>/act/", views_watch.WatchAct.as_view(), name="watch_act"),
    path("nights/", views_watch.NightList.as_view(), name="night_list"),
    path("nights/<int:pk>/", views_watch.NightDetail.as_view(), name="night_detail"),
]
