"""Who races in a track, in the viewer's language."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.paddock import local_text, number
from scoring.seasons.enums import Newcomers
from scoring.seasons.models import Track
from scoring.seasons.plans import WHO, Who, read_who
from scoring.seasons.policies import read_rules
from scoring.seasons.words import describe_track


def describe_tracks(tracks: Iterable[Track]) -> list[dict[str, Any]]:
    """Tracks with name, who races and rules, for a page; of annotated ones also how many race."""
    return [
        {
            "key": track.key,
            "name": local_text(track, "name"),
            "who": say_who(track),
            "entries": getattr(track, "entry_count", None),
            "rules": describe_track(read_rules(track.rules)),
        }
        for track in tracks
    ]


def say_who(track: Track) -> str:
    """Who races in a track, in one line."""
    who = read_who(track.who)
    parts = [*_groups(who), *_newcomers(who)]
    if track.level is not None:
        parts.append(_("who holds level %(level)s") % {"level": number(track.level)})
    if track.cohort_most is not None:
        parts.append(
            ngettext(
                "in groups of comparable size with at most %(count)s provider",
                "in groups of comparable size with at most %(count)s providers",
                track.cohort_most,
            )
            % {"count": number(track.cohort_most)}
        )
    return _("; ").join(parts or [_("everybody")])


def _groups(who: Who) -> list[str]:
    return [
        _(", ").join(str(WHO[name](value).label) for value in getattr(who, name))  # type: ignore[attr-defined]
        for name in WHO
        if getattr(who, name)
    ]


def _newcomers(who: Who) -> list[str]:
    if who.newcomers == Newcomers.ONLY:
        return [_("newcomers only")]
    return [_("no newcomers")] if who.newcomers == Newcomers.NEVER else []
