"""Addresses of documents and of what their types need."""

from django.urls import path

from pages.staff import views_document, views_document_rule

urlpatterns = [
    path("documents/", views_document.DocumentList.as_view(), name="document_list"),
    path("documents/<int:pk>/", views_document.DocumentDetail.as_view(), name="document_detail"),
    path("documents/<int:pk>/act/", views_document.DocumentAct.as_view(), name="document_act"),
    path("documents/<int:pk>/file/", views_document.DocumentFile.as_view(), name="document_file"),
    path("document-rules/", views_document_rule.DocumentRuleList.as_view(), name="document_rule_list"),
    path(
        "document-rules/<str:document_type>/",
        views_document_rule.DocumentRuleEdit.as_view(),
        name="document_rule_edit",
    ),
]
