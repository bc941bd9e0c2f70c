"""Addresses of the pages of facts."""

from django.urls import path

from pages.staff import views_facts

urlpatterns = [
    path("facts/", views_facts.FactBatchList.as_view(), name="fact_batch_list"),
    path("facts/upload/", views_facts.FactBatchUpload.as_view(), name="fact_batch_upload"),
    path("facts/<int:pk>/", views_facts.FactBatchDetail.as_view(), name="fact_batch_detail"),
    path("facts/<int:pk>/act/", views_facts.FactBatchAct.as_view(), name="fact_batch_act"),
]
