"""Addresses of the provider's own facts and disputes."""

from django.urls import path

from pages.provider import views_facts

urlpatterns = [
    path("facts/", views_facts.FactListPage.as_view(), name="fact_list"),
    path("disputes/", views_facts.DisputeList.as_view(), name="dispute_list"),
    path("disputes/new/", views_facts.DisputeOpen.as_view(), name="dispute_open"),
    path("disputes/<int:pk>/", views_facts.DisputeDetail.as_view(), name="dispute_detail"),
    path("disputes/<int:pk>/act/", views_facts.DisputeAct.as_view(), name="dispute_act"),
    path("disputes/<int:pk>/evidence/", views_facts.DisputeEvidence.as_view(), name="dispute_evidence"),
    path("disputes/files/<int:pk>/", views_facts.DisputeFilePage.as_view(), name="dispute_file"),
]
