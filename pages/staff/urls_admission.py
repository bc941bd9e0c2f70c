"""Addresses of the admission pages of staff."""

from django.urls import path

from pages.staff import views_application, views_provider

urlpatterns = [
    path("applications/", views_application.ApplicationQueue.as_view(), name="application_queue"),
    path("applications/<int:pk>/", views_application.ApplicationCase.as_view(), name="application_case"),
    path("applications/<int:pk>/act/", views_application.ApplicationAct.as_view(), name="application_act"),
    path("applications/<int:pk>/reject/", views_application.ApplicationReject.as_view(), name="application_reject"),
    path("providers/", views_provider.ProviderList.as_view(), name="provider_list"),
    path("providers/<str:code>/", views_provider.ProviderDetail.as_view(), name="provider_detail"),
    path("providers/<str:code>/act/", views_provider.ProviderAct.as_view(), name="provider_act"),
]
