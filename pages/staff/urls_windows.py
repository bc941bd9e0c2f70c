"""Addresses of the admission windows of staff."""

from django.urls import path

from pages.staff import views_window

urlpatterns = [
    path("windows/", views_window.WindowList.as_view(), name="window_list"),
    path("windows/create/", views_window.WindowCreate.as_view(), name="window_create"),
    path("windows/<str:code>/", views_window.WindowDetail.as_view(), name="window_detail"),
    path("windows/<str:code>/edit/", views_window.WindowEdit.as_view(), name="window_edit"),
    path("windows/<str:code>/act/", views_window.WindowAct.as_view(), name="window_act"),
]
