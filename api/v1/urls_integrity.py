"""Addresses of facts behind figures, disputes, corrections and related merchants."""

from django.urls import path

from api.v1 import adjustments, disputes, facts, related_merchants

urlpatterns = [
    path("providers/<str:code>/facts", facts.ProviderFactsView.as_view(), name="provider-facts"),
    path("disputes", disputes.DisputeListView.as_view(), name="dispute-list"),
    path("disputes/<int:pk>", disputes.DisputeView.as_view(), name="dispute"),
    path("disputes/<int:pk>/actions", disputes.DisputeActionsView.as_view(), name="dispute-actions"),
    path("disputes/<int:pk>/evidence", disputes.DisputeEvidenceView.as_view(), name="dispute-evidence"),
    path("disputes/files/<int:pk>", disputes.DisputeFileView.as_view(), name="dispute-file"),
    path("adjustments", adjustments.AdjustmentListView.as_view(), name="adjustment-list"),
    path("adjustments/<int:pk>", adjustments.AdjustmentView.as_view(), name="adjustment"),
    path("adjustments/fake-orders", adjustments.FakeOrdersView.as_view(), name="fake-orders"),
    path("related-merchants", related_merchants.RelatedMerchantListView.as_view(), name="related-merchant-list"),
    path(
        "related-merchants/<int:pk>/end",
        related_merchants.RelatedMerchantEndView.as_view(),
        name="related-merchant-end",
    ),
    path("scorecards/<int:pk>/exclusions", adjustments.ScorecardExclusionsView.as_view(), name="scorecard-exclusions"),
    path("shop-identifiers", related_merchants.ShopIdentifiersView.as_view(), name="shop-identifiers"),
]
