"""Addresses of a provider's traders and claims."""

from django.urls import path

from pages.provider import views_trader

urlpatterns = [
    path("traders/", views_trader.TraderList.as_view(), name="trader_list"),
    path("traders/new/", views_trader.TraderNew.as_view(), name="trader_new"),
    path("traders/<str:code>/", views_trader.TraderDetail.as_view(), name="trader_detail"),
    path("traders/<str:code>/identity/", views_trader.TraderIdentity.as_view(), name="trader_identity"),
    path("traders/<str:code>/verification/", views_trader.TraderVerification.as_view(), name="trader_verification"),
    path("traders/<str:code>/act/", views_trader.TraderAct.as_view(), name="trader_act"),
    path("claims/", views_trader.ClaimList.as_view(), name="claim_list"),
]
