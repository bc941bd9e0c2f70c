"""Addresses of disputes, corrections and related merchants."""

from django.urls import path

from pages.staff import views_adjustment, views_dispute, views_related

urlpatterns = [
    path("provider-facts/<str:code>/", views_adjustment.ProviderFacts.as_view(), name="provider_facts"),
    path("disputes/", views_dispute.DisputeList.as_view(), name="dispute_list"),
    path("disputes/<int:pk>/", views_dispute.DisputeDetail.as_view(), name="dispute_detail"),
    path("disputes/<int:pk>/act/", views_dispute.DisputeAct.as_view(), name="dispute_act"),
    path("disputes/<int:pk>/part/", views_dispute.DisputePart.as_view(), name="dispute_part"),
    path("disputes/files/<int:pk>/", views_dispute.DisputeFilePage.as_view(), name="dispute_file"),
    path("corrections/", views_adjustment.AdjustmentList.as_view(), name="adjustment_list"),
    path("corrections/<int:pk>/", views_adjustment.AdjustmentDetail.as_view(), name="adjustment_detail"),
    path("corrections/fake-orders/", views_adjustment.FakeOrdersEnter.as_view(), name="fake_orders_enter"),
    path("corrections/fake-orders/import/", views_adjustment.FakeOrdersImport.as_view(), name="fake_orders_import"),
    path("related-merchants/", views_related.RelatedMerchantList.as_view(), name="related_list"),
    path("related-merchants/new/", views_related.RelatedMerchantRecord.as_view(), name="related_record"),
    path("related-merchants/<int:pk>/", views_related.RelatedMerchantDetail.as_view(), name="related_detail"),
    path("related-merchants/<int:pk>/end/", views_related.RelatedMerchantEnd.as_view(), name="related_end"),
    path("related-merchants/import/", views_related.ShopIdentifierImport.as_view(), name="shop_identifier_import"),
]
