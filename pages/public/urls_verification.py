"""Addresses of public verification."""

from django.urls import path

from pages.public import views_verification

urlpatterns = [
    path("verify/", views_verification.Verify.as_view(), name="verify"),
    path("verify/report/", views_verification.FalseClaimReport.as_view(), name="false_claim"),
    path("verify/report/thanks/", views_verification.FalseClaimThanks.as_view(), name="false_claim_thanks"),
    path("verify/<str:code>/", views_verification.VerifyProvider.as_view(), name="verify_provider"),
    path(".well-known/paddock-keys.json", views_verification.signing_keys, name="signing_keys"),
]
