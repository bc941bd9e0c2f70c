"""Addresses of identity, links and the barred list."""

from django.urls import path

from api.v1 import barred_import, identifiers, links

urlpatterns = [
    path("providers/<str:code>/identifiers", identifiers.IdentityView.as_view(), name="provider-identifiers"),
    path(
        "providers/<str:code>/identifiers/<int:pk>/end",
        identifiers.IdentifierEndView.as_view(),
        name="provider-identifier-end",
    ),
    path("providers/<str:code>/links/check", links.LinkCheckView.as_view(), name="provider-link-check"),
    path("identifiers", identifiers.IdentifierFeedView.as_view(), name="identifier-feed"),
    path("links", links.LinkListView.as_view(), name="link-list"),
    path("links/<int:pk>", links.LinkView.as_view(), name="link"),
    path("links/<int:pk>/actions", links.LinkActionsView.as_view(), name="link-actions"),
    path("barred-parties", identifiers.BarredListView.as_view(), name="barred-list"),
    path("barred-parties/import", barred_import.BarredImportView.as_view(), name="barred-import"),
    path("barred-parties/<int:pk>", identifiers.BarredView.as_view(), name="barred"),
    path("barred-parties/<int:pk>/withdrawal", identifiers.BarredWithdrawalView.as_view(), name="barred-withdrawal"),
]
