"""Addresses of providers and applications."""

from django.urls import path

from api.v1 import applications, providers

urlpatterns = [
    path("providers", providers.ProviderListView.as_view(), name="provider-list"),
    path("providers/<str:code>", providers.ProviderView.as_view(), name="provider"),
    path("providers/<str:code>/leave", providers.ProviderLeaveView.as_view(), name="provider-leave"),
    path("providers/<str:code>/actions", providers.ProviderActionsView.as_view(), name="provider-actions"),
    path("applications", applications.ApplicationListView.as_view(), name="application-list"),
    path("applications/<int:pk>", applications.ApplicationView.as_view(), name="application"),
    path(
        "applications/<int:pk>/evidence/<str:capability>",
        applications.ApplicationEvidenceView.as_view(),
        name="application-evidence",
    ),
    path("applications/<int:pk>/actions", applications.ApplicationActionsView.as_view(), name="application-actions"),
    path("applications/<int:pk>/changes", applications.ApplicationChangesView.as_view(), name="application-changes"),
]
