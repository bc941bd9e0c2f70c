"""What a season pins: plain values in canonical JSON, and the digest over them that anybody can compute again."""

import hashlib
import json
from typing import Any

from scoring.seasons import policies
from scoring.seasons.models import Season


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
        "tracks": {track.key: track.rules for track in season.tracks.order_by("pk")},
    }


def write_canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces, text as it is."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(value: Any) -> str:
    """SHA-256 (hex) over canonical JSON."""
    return hashlib.sha256(write_canonical(value).encode()).hexdigest()
