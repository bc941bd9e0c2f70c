"""What a trial found on one season, before it is stored."""

from dataclasses import dataclass
from typing import Any

from scoring.capabilities.models import ScoreRun
from scoring.seasons.models import Season
from scoring.seasons.pinning import digest_of


@dataclass
class Move:
    """One row of `ReplayMove`, not written yet."""

    provider_id: int
    ladder: str
    track: str
    level: int | None
    outcome: str
    place: int | None
    score: float | None
    real_track: str
    real_level: int | None
    real_outcome: str
    real_place: int | None
    differs: bool
    size: str
    newcomer: bool
    kept: float | None
    up_odds: float | None
    down_odds: float | None
    reversed: bool | None
    reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """One season by the tried rules."""

    season: Season
    run: ScoreRun
    moves: list[Move]
    summary: dict[str, Any]

    @property
    def provider_count(self) -> int:
        """Rows: a provider counts once in each ladder."""
        return len(self.moves)

    @property
    def differing_count(self) -> int:
        """Rows whose verdict is another than what happened."""
        return sum(move.differs for move in self.moves)

    @property
    def digest(self) -> str:
        """SHA-256 over run, moves and summary."""
        return digest_of(
            {"run": self.run.result_digest, "moves": [vars(move) for move in self.moves], "summary": self.summary}
        )
