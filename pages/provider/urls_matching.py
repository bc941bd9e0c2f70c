"""Addresses of a provider's invitations and engagements."""

from django.urls import path

from pages.provider import views_engagement, views_invitation

urlpatterns = [
    path("invitations/", views_invitation.InvitationList.as_view(), name="invitation_list"),
    path("invitations/<int:pk>/", views_invitation.InvitationDetail.as_view(), name="invitation_detail"),
    path("invitations/<int:pk>/act/", views_invitation.InvitationAct.as_view(), name="invitation_act"),
    path("engagements/", views_engagement.EngagementList.as_view(), name="engagement_list"),
    path("engagements/<int:pk>/", views_engagement.EngagementDetail.as_view(), name="engagement_detail"),
    path("engagements/<int:pk>/act/", views_engagement.EngagementAct.as_view(), name="engagement_act"),
    path(
        "engagements/<int:pk>/assignments/<int:assignment>/end/",
        views_engagement.AssignmentEnd.as_view(),
        name="assignment_end",
    ),
]
