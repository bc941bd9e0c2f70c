"""Addresses of documents and of what their types need."""

from django.urls import path

from api.v1 import document_rules, documents

urlpatterns = [
    path("documents", documents.DocumentListView.as_view(), name="document-list"),
    path("documents/<int:pk>", documents.DocumentView.as_view(), name="document"),
    path("documents/<int:pk>/file", documents.DocumentFileView.as_view(), name="document-file"),
    path("documents/<int:pk>/actions", documents.DocumentActionsView.as_view(), name="document-actions"),
    path("providers/<str:code>/document-standing", documents.StandingView.as_view(), name="document-standing"),
    path("document-rules", document_rules.DocumentRuleListView.as_view(), name="document-rule-list"),
    path("document-rules/<str:document_type>", document_rules.DocumentRuleView.as_view(), name="document-rule"),
]
