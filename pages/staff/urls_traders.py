"""Addresses of the staff pages about traders."""

from django.urls import path

from pages.staff import views_trader

urlpatterns = [
    path("traders/", views_trader.TraderList.as_view(), name="trader_list"),
    path("traders/<str:code>/", views_trader.TraderDetail.as_view(), name="trader_detail"),
    path("traders/<str:code>/act/", views_trader.TraderAct.as_view(), name="trader_act"),
    path("traders/<str:code>/verification/", views_trader.TraderVerification.as_view(), name="trader_verification"),
    path("certificates/<int:pk>/act/", views_trader.CertificateAct.as_view(), name="certificate_act"),
    path("providers/<str:code>/claims/", views_trader.ProviderClaims.as_view(), name="provider_claims"),
]
