"""Addresses of the provider pages. Each room adds its own module of patterns."""

from django.urls import include, path

from pages.provider import views_home

app_name = "provider"

urlpatterns = [
    path("", views_home.Home.as_view(), name="home"),
    path("", include("pages.provider.urls_admission")),
    path("", include("pages.provider.urls_conduct")),
    path("", include("pages.provider.urls_documents")),
    path("", include("pages.provider.urls_facts")),
    path("", include("pages.provider.urls_matching")),
    path("", include("pages.provider.urls_relations")),
    path("", include("pages.provider.urls_scoring")),
    path("", include("pages.provider.urls_traders")),
]
