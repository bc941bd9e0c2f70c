"""Addresses of verification and of reported false claims."""

from django.urls import path

from api.v1 import false_claims, verification

urlpatterns = [
    path("verification/<str:code>", verification.VerificationView.as_view(), name="verification"),
    path("false-claim-reports", false_claims.FalseClaimReportView.as_view(), name="false-claim-report"),
    path("false-claims", false_claims.FalseClaimListView.as_view(), name="false-claim-list"),
    path("false-claims/<int:pk>", false_claims.FalseClaimView.as_view(), name="false-claim"),
    path("false-claims/<int:pk>/actions", false_claims.FalseClaimActionsView.as_view(), name="false-claim-actions"),
]
