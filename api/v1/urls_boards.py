"""Addresses of the boards and of bans from them."""

from django.urls import path

from api.v1 import board_bans, season_boards, season_certificates

urlpatterns = [
    path("seasons/<int:pk>/boards", season_boards.BoardListView.as_view(), name="season-boards"),
    path("seasons/<int:pk>/boards/<slug:kind>", season_boards.BoardRowListView.as_view(), name="season-board-rows"),
    path("board-bans", board_bans.BanListView.as_view(), name="board-bans"),
    path("board-bans/<int:pk>", board_bans.BanView.as_view(), name="board-ban"),
    path("board-bans/<int:pk>/lift", board_bans.BanLiftView.as_view(), name="board-ban-lift"),
    path(
        "verification/<str:code>/seasons/<str:season>",
        season_certificates.CertificateView.as_view(),
        name="season-certificate",
    ),
]
