"""Addresses of traders, their certificates and a provider's claims."""

from django.urls import path

from api.v1 import certificates, traders

urlpatterns = [
    path("traders", traders.TraderListView.as_view(), name="trader-list"),
    path("traders/<str:code>", traders.TraderView.as_view(), name="trader"),
    path("traders/<str:code>/identity", traders.TraderIdentityView.as_view(), name="trader-identity"),
    path("traders/<str:code>/verification", traders.TraderVerificationView.as_view(), name="trader-verification"),
    path("traders/<str:code>/certificates", certificates.TraderCertificatesView.as_view(), name="trader-certificates"),
    path("traders/<str:code>/actions", traders.TraderActionsView.as_view(), name="trader-actions"),
    path("certificates/<int:pk>/actions", certificates.CertificateActionsView.as_view(), name="certificate-actions"),
    path("providers/<str:code>/claims", certificates.ProviderClaimsView.as_view(), name="provider-claims"),
]
