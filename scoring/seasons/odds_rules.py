"""How a season draws its odds and rank intervals: the part `odds` of its rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import InvalidInput
from scoring.capabilities.models import ScoreRun

BOUNDS = {"seed": (0, 2**31 - 1), "draws": (100, 100_000), "level": (0.5, 0.999)}


@dataclass(frozen=True)
class OddsRules:
    """`draws` simulations from `seed`, by default that of the scoring model; rank intervals at `level`."""

    seed: int | None = None
    draws: int = 1000
    level: float = 0.95

    def seed_of(self, run: ScoreRun) -> int:
        """The seed for the scores of a run."""
        return run.seed if self.seed is None else self.seed

    def as_mapping(self) -> dict[str, Any]:
        """What differs from the defaults, as plain values."""
        return {name: value for name, value in asdict(self).items() if value != getattr(DEFAULT_ODDS, name)}


DEFAULT_ODDS = OddsRules()


def read_odds_rules(given: Any) -> OddsRules:
    """From stored or given values; raises InvalidInput (field `rules`) that names the fault."""
    if not isinstance(given, Mapping) or set(given) - set(BOUNDS):
        raise InvalidInput(
            _("The odds must be a table of rules."),
            field="rules",
            remedy=_("Use %(keys)s.") % {"keys": ", ".join(BOUNDS)},
            code="bad_odds",
        )
    for name, value in given.items():
        least, most = BOUNDS[name]
        kinds = (int, float) if name == "level" else (int,)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            raise InvalidInput(
                _("The rule %(name)s is out of range.") % {"name": f"odds.{name}"},
                field="rules",
                remedy=_("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most},
                code="bad_odds",
            )
    return OddsRules(**given)
