"""Addresses of facts."""

from django.urls import path

from api.v1 import fact_batches

urlpatterns = [
    path("fact-batches", fact_batches.FactBatchListView.as_view(), name="fact-batch-list"),
    path("fact-batches/<int:pk>", fact_batches.FactBatchView.as_view(), name="fact-batch"),
    path("fact-batches/<int:pk>/report", fact_batches.FactBatchReportView.as_view(), name="fact-batch-report"),
    path("fact-batches/<int:pk>/actions", fact_batches.FactBatchActionsView.as_view(), name="fact-batch-actions"),
]
