"""Addresses of the boards."""

from django.urls import path

from pages.public import views_board_kinds, views_boards, views_embed, views_review

urlpatterns = [
    path("boards/", views_boards.Boards.as_view(), name="board_list"),
    path("boards/<str:code>/", views_boards.Board.as_view(), name="board"),
    path("boards/<str:code>/rules/", views_boards.BoardRules.as_view(), name="board_rules"),
    path("boards/<str:code>/pinned/", views_boards.BoardPinned.as_view(), name="board_pinned"),
    path("boards/<str:code>/entries/", views_boards.BoardEntries.as_view(), name="board_entries"),
    path("boards/<str:code>/by/<slug:kind>/", views_board_kinds.KindBoard.as_view(), name="board_kind"),
    path("boards/<str:code>/embed/<slug:kind>/", views_embed.BoardEmbed.as_view(), name="board_embed"),
    path("boards/<str:code>/review/", views_review.SeasonReview.as_view(), name="season_review"),
    path(
        "boards/<str:code>/certificates/<str:provider>/",
        views_review.SeasonCertificate.as_view(),
        name="season_certificate",
    ),
    path("verify/<str:provider>/seasons/<str:code>/", views_review.VerifySeason.as_view(), name="verify_season"),
]
