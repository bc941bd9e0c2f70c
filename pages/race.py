"""How sure a provider's place is, as the race page shows it."""

from collections.abc import Sequence
from typing import Any

from pages.charts_seasons import draw_cut_line
from scoring.seasons import chance_words, selectors
from scoring.seasons.models import Standing, Track
from scoring.seasons.policies import read_rules


def choose_night(places: Sequence[Standing], day: str) -> Standing | None:
    """The provider's row of that day (as in an address), else of the newest night."""
    found = next((one for one in places if one.day.isoformat() == day), None)
    return found or (places[0] if places else None)


def describe_chances(standing: Standing, track: Track) -> dict[str, Any]:
    """Odds, rank interval, tie-break and the lines around one row of a night."""
    night, rules = standing.night, read_rules(track.rules)
    rows = list(selectors.near_lines(night, standing.place)) if standing.place else []
    return {
        "ranks_text": chance_words.say_ranks(standing, night),
        "ranks_name": chance_words.name_ranks(night),
        "ranks_note": chance_words.explain_ranks(night),
        "odds": chance_words.list_odds(standing, night, rules),
        "odds_note": chance_words.explain_odds(night),
        "decided_hint": chance_words.say_set_apart(standing, rules),
        "cut": draw_cut_line(night, rows, rules, own=standing.provider_id),
    }
