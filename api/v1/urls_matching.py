"""Addresses of merchants, help requests, invitations and engagements."""

from django.urls import path

from api.v1 import engagements, help_requests, invitations, match_rounds, merchants

urlpatterns = [
    path("merchants", merchants.MerchantListView.as_view(), name="merchant-list"),
    path("merchants/<str:code>", merchants.MerchantView.as_view(), name="merchant"),
    path("help-requests", help_requests.HelpRequestListView.as_view(), name="help-request-list"),
    path("help-requests/<int:pk>", help_requests.HelpRequestView.as_view(), name="help-request"),
    path("help-requests/<int:pk>/actions", help_requests.HelpRequestActionView.as_view(), name="help-request-actions"),
    path("help-requests/<int:pk>/shortlist", help_requests.ShortlistView.as_view(), name="help-request-shortlist"),
    path("help-requests/<int:pk>/why-not", help_requests.WhyNotView.as_view(), name="help-request-why-not"),
    path("invitations", invitations.InvitationListView.as_view(), name="invitation-list"),
    path("invitations/<int:pk>", invitations.InvitationView.as_view(), name="invitation"),
    path("invitations/<int:pk>/actions", invitations.InvitationActionView.as_view(), name="invitation-actions"),
    path("match-rounds", match_rounds.MatchRoundListView.as_view(), name="match-round-list"),
    path("match-rounds/<int:pk>", match_rounds.MatchRoundView.as_view(), name="match-round"),
    path("match-rounds/<int:pk>/actions", match_rounds.MatchRoundActionView.as_view(), name="match-round-actions"),
    path("match-rounds/<int:pk>/places", match_rounds.RoundPlaceListView.as_view(), name="match-round-places"),
    path("engagements", engagements.EngagementListView.as_view(), name="engagement-list"),
    path("engagements/<int:pk>", engagements.EngagementView.as_view(), name="engagement"),
    path("engagements/<int:pk>/actions", engagements.EngagementActionView.as_view(), name="engagement-actions"),
    path("engagements/<int:pk>/assignments", engagements.AssignmentListView.as_view(), name="assignment-list"),
    path(
        "engagements/<int:pk>/assignments/<int:assignment>/end",
        engagements.AssignmentEndView.as_view(),
        name="assignment-end",
    ),
]
