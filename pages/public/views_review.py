"""A season in hindsight, and its certificates: for everybody."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.base import TitledPage
from pages.charts_review import draw_bump, level_table
from pages.public.codes import draw_address
from pages.public.views_boards import BoardPage
from pages.public.views_verification import RatedPage
from providers.verification.selectors import find_verifiable
from providers.verification.statements import sign_statement
from scoring.capabilities.moves import signed
from scoring.seasons import board_selectors, review, selectors
from scoring.seasons.certificates import Certificate, certified_in, find_certificate, make_statement
from scoring.seasons.models import Track


class SeasonReview(BoardPage, TitledPage):
    """Places over the season, moves between levels, who rose and who fell."""

    template_name = "public/season_review.html"

    @cached_property
    def track(self) -> Track:
        return selectors.track_of(self.season, self.request.GET.get("track", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, track = self.season, self.track
        own = board_selectors.own_organisations(self.request.user)
        nights = review.chosen_nights(track)
        risen, fallen = review.find_movers(nights)
        return super().get_context_data(
            title=gettext("Review of %(season)s") % {"season": local_text(season, "name")},
            back_url=reverse("pages:board", args=[season.code]),
            back_label=local_text(season, "name"),
            season=season,
            track=track,
            tracks=list(selectors.tracks_of(season)),
            nights=nights,
            bump=draw_bump(nights, review.draw_lines(nights, own), own),
            movers=[
                (describe_movers(risen), _("Most places won"), _("Nobody won places.")),
                (describe_movers(fallen), _("Most places lost"), _("Nobody lost places.")),
            ],
            ladders=[level_table(one) for one in review.level_moves(season)],
            certified=certified_in(track),
            own=own,
            **kwargs,
        )


def describe_movers(movers: list[review.Mover]) -> list[dict[str, Any]]:
    """Movers with their change in words."""
    return [
        {"provider": one.provider, "first": one.first, "last": one.last, "words": signed(one.change, 0)}
        for one in movers
    ]


class CertificatePage(RatedPage, BoardPage, TitledPage):
    """What the pages of one certificate share."""

    @cached_property
    def certificate(self) -> Certificate:
        """Raises NotFound where there is nothing to certify."""
        found = find_certificate(find_verifiable(self.kwargs["provider"]), self.season)
        if found is None:
            raise NotFound()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        signed = sign_statement(make_statement(self.certificate))
        return super().get_context_data(
            certificate=self.certificate,
            statement=signed["statement"],
            signature=signed["signature"],
            **draw_address(self.certificate.address),
            **kwargs,
        )


class SeasonCertificate(CertificatePage):
    """The certificate, to be printed: in both languages on one sheet."""

    template_name = "public/certificate.html"


class VerifySeason(CertificatePage):
    """What the code on a certificate leads to: what the portal itself says today."""

    template_name = "public/verify_season.html"
    title = _("This certificate is genuine")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = self.certificate.provider
        kwargs["provider"] = provider  # instead of the code that the address names
        return super().get_context_data(
            back_url=reverse("pages:verify_provider", args=[provider.code]),
            back_label=provider.name,
            season=self.season,
            json_url=reverse("api:v1:season-certificate", args=[provider.code, self.season.code]),
            **kwargs,
        )
