"""Addresses of a provider's documents."""

from django.urls import path

from pages.provider import views_document

urlpatterns = [
    path("documents/", views_document.DocumentList.as_view(), name="document_list"),
    path("documents/<int:pk>/file/", views_document.DocumentFile.as_view(), name="document_file"),
    path("documents/<str:document_type>/", views_document.DocumentUpload.as_view(), name="document_upload"),
]
