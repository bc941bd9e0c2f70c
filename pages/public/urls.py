"""Addresses open to everybody, and the way home."""

from django.urls import include, path

from pages import saved_filters
from pages.public import views, views_criteria, views_directory, views_jobs, views_notices, views_windows

urlpatterns = [
    path("", views.Landing.as_view(), name="landing"),
    path("home/", views.home, name="home"),
    path("language/", views.choose_language, name="language"),
    path("workspace/", views.choose_workspace, name="workspace"),
    path("criteria/", views_criteria.CriteriaInForce.as_view(), name="criteria"),
    path("windows/", views_windows.Windows.as_view(), name="window_list"),
    path("windows/<str:code>/", views_windows.FinalList.as_view(), name="window_final"),
    path("providers/", views_directory.Directory.as_view(), name="provider_directory"),
    path("providers/<str:code>/", views_directory.ProviderPublic.as_view(), name="provider_public"),
    path("notices/", views_notices.NoticeList.as_view(), name="notice_list"),
    path("notices/read/", views_notices.NoticesRead.as_view(), name="notices_read"),
    path("notices/<int:pk>/open/", views_notices.NoticeOpen.as_view(), name="notice_open"),
    path("jobs/<uuid:pk>/", views_jobs.job_page, name="job"),
    path("jobs/<uuid:pk>/progress/", views_jobs.job_progress, name="job_progress"),
    path("jobs/<uuid:pk>/cancel/", views_jobs.job_cancel, name="job_cancel"),
    path("filters/save/", saved_filters.SavedFilterSave.as_view(), name="saved_filter_save"),
    path("filters/<int:pk>/delete/", saved_filters.SavedFilterDelete.as_view(), name="saved_filter_delete"),
    path("", include("pages.public.urls_boards")),
    path("", include("pages.public.urls_verification")),
]
