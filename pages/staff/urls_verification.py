"""Addresses of reported false claims."""

from django.urls import path

from pages.staff import views_false_claim

urlpatterns = [
    path("false-claims/", views_false_claim.FalseClaimList.as_view(), name="false_claim_list"),
    path("false-claims/<int:pk>/", views_false_claim.FalseClaimDetail.as_view(), name="false_claim_detail"),
    path("false-claims/<int:pk>/act/", views_false_claim.FalseClaimAct.as_view(), name="false_claim_act"),
]
