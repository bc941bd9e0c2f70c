"""Addresses of version 1. Each room adds its own router module."""

from django.urls import include, path

from api.v1 import jobs, notices, tokens

app_name = "v1"

urlpatterns = [
    path("tokens", tokens.TokenView.as_view(), name="token"),
    path("jobs/<uuid:pk>", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/cancel", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("notices", notices.NoticeListView.as_view(), name="notice-list"),
    path("notices/<int:pk>/read", notices.NoticeReadView.as_view(), name="notice-read"),
    path("", include("api.v1.urls_admission")),
    path("", include("api.v1.urls_boards")),
    path("", include("api.v1.urls_conduct")),
    path("", include("api.v1.urls_criteria")),
    path("", include("api.v1.urls_documents")),
    path("", include("api.v1.urls_facts")),
    path("", include("api.v1.urls_integrity")),
    path("", include("api.v1.urls_matching")),
    path("", include("api.v1.urls_relations")),
    path("", include("api.v1.urls_review")),
    path("", include("api.v1.urls_scoring")),
    path("", include("api.v1.urls_traders")),
    path("", include("api.v1.urls_verification")),
    path("", include("api.v1.urls_windows")),
]
