"""Addresses of links and of the barred list."""

from django.urls import path

from pages.staff import views_barred, views_link

urlpatterns = [
    path("links/", views_link.LinkList.as_view(), name="link_list"),
    path("links/<int:pk>/", views_link.LinkDetail.as_view(), name="link_detail"),
    path("links/<int:pk>/act/", views_link.LinkAct.as_view(), name="link_act"),
    path("providers/<str:code>/links/new/", views_link.LinkEnter.as_view(), name="link_enter"),
    path("providers/<str:code>/links/check/", views_link.LinkCheck.as_view(), name="link_check"),
    path("barred/", views_barred.BarredList.as_view(), name="barred_list"),
    path("barred/new/", views_barred.BarredNew.as_view(), name="barred_new"),
    path("barred/import/", views_barred.BarredImport.as_view(), name="barred_import"),
    path("barred/<int:pk>/", views_barred.BarredDetail.as_view(), name="barred_detail"),
    path("barred/<int:pk>/withdraw/", views_barred.BarredWithdraw.as_view(), name="barred_withdraw"),
]
