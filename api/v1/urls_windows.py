"""Addresses of admission windows."""

from django.urls import path

from api.v1 import windows

urlpatterns = [
    path("windows", windows.WindowListView.as_view(), name="window-list"),
    path("windows/<str:code>", windows.WindowView.as_view(), name="window"),
    path("windows/<str:code>/list", windows.WindowListOfCompanies.as_view(), name="window-companies"),
    path("windows/<str:code>/final-list", windows.WindowFinalList.as_view(), name="window-final-list"),
    path("windows/<str:code>/actions", windows.WindowActionsView.as_view(), name="window-actions"),
]
