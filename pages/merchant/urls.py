"""Addresses of the merchant pages. Each room adds its own module of patterns."""

from django.urls import include, path

from pages.merchant import views_home

app_name = "merchant"

urlpatterns = [
    path("", views_home.Home.as_view(), name="home"),
    path("", include("pages.merchant.urls_matching")),
]
