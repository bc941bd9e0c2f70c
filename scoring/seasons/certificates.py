"""What a season's certificate says, and signs: only of a final season, only places and promotions, no score.

certificate = find_certificate(provider, season)       # None: there is nothing to certify
sign_statement(make_statement(certificate))            # the same form as the statement about a provider
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from common.days import business_day
from providers.registry.models import Provider
from providers.registry.selectors import verifiable
from providers.verification.statements import VALID_FOR
from scoring.seasons.ban_selectors import banned_on
from scoring.seasons.enums import Outcome
from scoring.seasons.models import Season, Track
from scoring.seasons.verdict_models import Verdict
from scoring.seasons.verdict_selectors import current_verdicts

KIND = "paddock.season-certificate"
VERSION = 1
PODIUM = 3  # so many first places of a track are certified, whether they lead up or not


@dataclass(frozen=True)
class Certificate:
    """A provider's places and promotions in one final season, track by track."""

    provider: Provider
    season: Season
    verdicts: list[Verdict]

    @property
    def address(self) -> str:
        """Where anybody checks it."""
        return settings.BASE_URL + reverse("pages:verify_season", args=[self.provider.code, self.season.code])


def find_certificate(provider: Provider, season: Season) -> Certificate | None:
    """What can be certified; None before the season is final, for who neither rose nor stood among the first, and for
    who was banned from the boards on the last day."""
    if not season.is_closed or provider.pk in banned_on(season.ends_on):
        return None
    verdicts = current_verdicts(season).filter(provider=provider).select_related("settlement__track")
    earned = [one for one in verdicts.order_by("settlement__track__pk") if earns(one)]
    return Certificate(provider, season, earned) if earned else None


def certified_in(track: Track) -> list[Verdict]:
    """Whom a final season certifies in one track, by place."""
    season = track.season
    if not season.is_closed:
        return []
    verdicts = current_verdicts(season).filter(settlement__track=track).exclude(provider__in=banned_on(season.ends_on))
    seen = verdicts.filter(provider__in=verifiable()).select_related("provider", "settlement__track")
    return [one for one in seen.order_by("place", "provider__code") if earns(one)]


def earns(verdict: Verdict) -> bool:
    """Whether a verdict is certified: a promotion, or a place among the first of the track that is not lost."""
    if verdict.outcome == Outcome.PROMOTED:
        return True
    return verdict.place is not None and verdict.place <= PODIUM and verdict.outcome in (Outcome.STAY, Outcome.PLAY_OFF)


def make_statement(certificate: Certificate, *, now: datetime | None = None) -> dict[str, Any]:
    """The certificate as it is signed; days are the platform's business days."""
    now = (now or timezone.now()).astimezone(UTC).replace(microsecond=0)
    provider, season = certificate.provider, certificate.season
    return {
        "kind": KIND,
        "version": VERSION,
        "issuer": settings.BASE_URL,
        "code": provider.code,
        "name": provider.name,
        "provider_status": provider.status,
        "season": season.code,
        "season_name": {"zh": season.name_zh, "en": season.name_en},
        "starts_on": season.starts_on.isoformat(),
        "ends_on": season.ends_on.isoformat(),
        "final_on": business_day(season.finalised_at).isoformat() if season.finalised_at else None,
        "rules_digest": season.digest,
        "results": [describe_result(one) for one in certificate.verdicts],
        "page": certificate.address,
        "issued_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "valid_until": (now + VALID_FOR).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def describe_result(verdict: Verdict) -> dict[str, Any]:
    """One track's result, with the digest of the settlement that it comes from."""
    track = verdict.settlement.track
    return {
        "track": track.key,
        "track_name": {"zh": track.name_zh, "en": track.name_en},
        "place": verdict.place,
        "ranked": verdict.settlement.ranked_count,
        "promoted": verdict.outcome == Outcome.PROMOTED,
        "settlement_digest": verdict.settlement.digest,
    }
