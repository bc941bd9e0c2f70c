"""Addresses of version 1. Each room adds its own router module."""

from django.urls import include, path

from api.v1 import jobs, tokens

app_name = "v1"

urlpatterns = [
    path("tokens", tokens.TokenView.as_view(), name="token"),
    path("jobs/<uuid:pk>", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/cancel", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("", include("api.v1.urls_admission")),
    path("", include("api.v1.urls_facts")),
    path("", include("api.v1.urls_matching")),
    path("", include("api.v1.urls_review")),
    path("", include("api.v1.urls_scoring")),
]
