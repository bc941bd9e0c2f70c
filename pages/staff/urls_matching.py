"""Addresses of the match desk, engagements and merchants of staff."""

from django.urls import path

from pages.staff import views_match_desk, views_merchant, views_round

urlpatterns = [
    path("match-desk/", views_match_desk.MatchDesk.as_view(), name="match_desk"),
    path("match-desk/rounds/", views_round.MatchRoundList.as_view(), name="match_round_list"),
    path("match-desk/rounds/new/", views_round.MatchRoundStart.as_view(), name="match_round_start"),
    path("match-desk/rounds/<int:pk>/", views_round.MatchRoundDetail.as_view(), name="match_round"),
    path("match-desk/rounds/<int:pk>/act/", views_round.MatchRoundAct.as_view(), name="match_round_act"),
    path(
        "match-desk/rounds/<int:pk>/places/<int:place_pk>/", views_round.RoundPlaceDetail.as_view(), name="round_place"
    ),
    path("match-desk/<int:pk>/", views_match_desk.MatchRequest.as_view(), name="match_request"),
    path("match-desk/<int:pk>/act/", views_match_desk.MatchRequestAct.as_view(), name="match_request_act"),
    path("match-desk/<int:pk>/invite/", views_match_desk.MatchRequestInvite.as_view(), name="match_request_invite"),
    path("match-desk/invitations/<int:pk>/act/", views_match_desk.InvitationAct.as_view(), name="invitation_act"),
    path("engagements/", views_merchant.EngagementList.as_view(), name="engagement_list"),
    path("engagements/<int:pk>/", views_merchant.EngagementDetail.as_view(), name="engagement_detail"),
    path("merchants/", views_merchant.MerchantList.as_view(), name="merchant_list"),
    path("merchants/<str:code>/", views_merchant.MerchantDetail.as_view(), name="merchant_detail"),
]
