"""The background work of a settlement."""

from accounts.models import User
from scoring.capabilities.compute import Reports
from scoring.seasons.models import Season
from scoring.seasons.selectors import tracks_of
from scoring.seasons.settlement_services import settle_track


def settle_all(season_id: int, by_id: int, progress: Reports) -> dict[str, int]:
    """Settle every track that has no verdicts yet, each in its own transaction; safe to repeat."""
    by = User.objects.get(pk=by_id)
    tracks = list(tracks_of(Season.objects.get(pk=season_id)))
    for done, track in enumerate(tracks):
        progress.report(done, len(tracks))
        settle_track(track_id=track.pk, by=by)
    return {"tracks": len(tracks)}
