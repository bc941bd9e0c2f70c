"""Addresses of the admission pages of a provider."""

from django.urls import path

from pages.provider import views_application, views_registration, views_triage

urlpatterns = [
    path("register/", views_registration.Register.as_view(), name="register"),
    path("company/", views_registration.CompanyEdit.as_view(), name="company_edit"),
    path("application/", views_application.ApplicationPage.as_view(), name="application"),
    path("application/begin/", views_application.ApplicationBegin.as_view(), name="application_begin"),
    path("application/act/", views_application.ApplicationAct.as_view(), name="application_act"),
    path("application/contact/", views_application.ApplicationContact.as_view(), name="application_contact"),
    path("application/traders/", views_application.ApplicationTraders.as_view(), name="application_traders"),
    path(
        "application/evidence/<str:capability>/",
        views_application.ApplicationEvidence.as_view(),
        name="application_evidence",
    ),
    path(
        "application/evidence/<str:capability>/remove/",
        views_application.EvidenceRemove.as_view(),
        name="application_evidence_remove",
    ),
    path("application/facts/<str:key>/", views_triage.MitigatingFacts.as_view(), name="mitigating_facts"),
]
