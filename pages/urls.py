"""Addresses of the pages, by audience."""

from django.urls import include, path

app_name = "pages"

urlpatterns = [
    path("", include("pages.public.urls")),
    path("staff/", include("pages.staff.urls")),
    path("provider/", include("pages.provider.urls")),
    path("merchant/", include("pages.merchant.urls")),
]
