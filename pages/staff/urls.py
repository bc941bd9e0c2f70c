"""Addresses of the staff pages. Each room adds its own module of patterns."""

from django.urls import include, path

from pages.staff import views_audit, views_home

app_name = "staff"

urlpatterns = [
    path("", views_home.Today.as_view(), name="today"),
    path("audit/", views_audit.AuditLog.as_view(), name="audit_log"),
    path("", include("pages.staff.urls_admission")),
    path("", include("pages.staff.urls_conduct")),
    path("", include("pages.staff.urls_criteria")),
    path("", include("pages.staff.urls_documents")),
    path("", include("pages.staff.urls_facts")),
    path("", include("pages.staff.urls_integrity")),
    path("", include("pages.staff.urls_matching")),
    path("", include("pages.staff.urls_relations")),
    path("", include("pages.staff.urls_review")),
    path("", include("pages.staff.urls_scoring")),
    path("", include("pages.staff.urls_seasons")),
    path("", include("pages.staff.urls_traders")),
    path("", include("pages.staff.urls_verification")),
    path("", include("pages.staff.urls_windows")),
]
