"""What a season pins: plain values in canonical JSON, and the digest over them that anybody can compute again."""

import hashlib
import json
from collections import defaultdict
from typing import Any

from scoring.seasons import policies
from scoring.seasons.ban_selectors import rule_of_bans
from scoring.seasons.entry_models import Entry
from scoring.seasons.models import Season, Track


def describe_rules(season: Season) -> dict[str, Any]:
    """What the digest covers: model version, days, terms, and every track with its quotas, order and protections."""
    return {
        "code": season.code,
        "starts_on": season.starts_on.isoformat(),
        "ends_on": season.ends_on.isoformat(),
        "model": {
            "key": season.scoring_model.key,
            "version": season.scoring_model.model_version,
            "digest": season.scoring_model.digest,
        },
        "terms": dict(policies.DEFAULT_TERMS),
        "bans": rule_of_bans(season).value,
        "tracks": {track.key: describe_track(track) for track in season.tracks.order_by("pk")},
    }


def describe_track(track: Track) -> dict[str, Any]:
    """Who races in a track, and by which rules."""
    return {
        "ladder": track.ladder,
        "level": track.level,
        "who": track.who,
        "cohort_most": track.cohort_most,
        "leads_to": track.leads_to,
        **track.rules,
    }


def describe_entries(season: Season) -> dict[str, list[str]]:
    """Who raced where from the start: the providers' codes by track. Latecomers are not among them."""
    entries = Entry.objects.filter(season=season, late=False).order_by("track__key", "provider__code")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, code in entries.values_list("track__key", "provider__code"):
        found[key].append(code)
    return dict(found)


def write_canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(value: Any) -> str:
    """SHA-256 (hex) over canonical JSON."""
    return hashlib.sha256(write_canonical(value).encode()).hexdigest()
