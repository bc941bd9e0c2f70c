"""Addresses of a merchant's shop, requests, shortlists and engagements."""

from django.urls import path

from pages.merchant import views_engagement, views_request, views_shop, views_shortlist, views_wizard

urlpatterns = [
    path("register/", views_shop.Register.as_view(), name="register"),
    path("shop/", views_shop.ShopEdit.as_view(), name="shop_edit"),
    path("requests/", views_request.RequestList.as_view(), name="request_list"),
    path("requests/new/", views_wizard.RequestNew.as_view(), name="request_new"),
    path("requests/<int:pk>/", views_request.RequestDetail.as_view(), name="request_detail"),
    path("requests/<int:pk>/step/<int:step>/", views_wizard.RequestEdit.as_view(), name="request_edit"),
    path("requests/<int:pk>/act/", views_request.RequestAct.as_view(), name="request_act"),
    path("requests/<int:pk>/shortlist/", views_shortlist.ShortlistPage.as_view(), name="shortlist"),
    path("requests/<int:pk>/invite/", views_shortlist.RequestInvite.as_view(), name="request_invite"),
    path("invitations/<int:pk>/act/", views_shortlist.InvitationAct.as_view(), name="invitation_act"),
    path("engagements/", views_engagement.EngagementList.as_view(), name="engagement_list"),
    path("engagements/<int:pk>/", views_engagement.EngagementDetail.as_view(), name="engagement_detail"),
    path("engagements/<int:pk>/act/", views_engagement.EngagementAct.as_view(), name="engagement_act"),
]
