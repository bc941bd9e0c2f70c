"""Addresses of a provider's identity and of the links held against it."""

from django.urls import path

from pages.provider import views_identity

urlpatterns = [
    path("identity/", views_identity.Identity.as_view(), name="identity"),
    path("identity/<int:pk>/end/", views_identity.IdentityEnd.as_view(), name="identity_end"),
    path("links/", views_identity.OwnLinks.as_view(), name="link_list"),
    path("links/<int:pk>/act/", views_identity.OwnLinkAct.as_view(), name="link_act"),
]
