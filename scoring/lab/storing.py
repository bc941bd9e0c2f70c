"""From arrays to rows: the moves of one result."""

import numpy as np
from django.db import connection

from common.copying import BOOL, INT2, INT4, INT8, Field, copy_rows
from engine.lab import Moves, Side
from scoring.lab.enums import MoveKind
from scoring.lab.found import Found
from scoring.lab.models import LabMove, LabResult


def store_moves(result: LabResult, found: Found) -> None:
    """Write one row per provider; call it inside the transaction that stores the result."""
    field, before, after, moves = found.field, found.before, found.after, found.moves
    count = len(field.codes)
    if not count:
        return
    fields = [
        Field("result_id", np.full(count, result.pk, dtype=np.int64), INT8),
        Field("provider_id", field.provider_ids, INT8),
        Field("kind", [kind.encode() for kind in kinds_of(before, after, moves)]),
        Field("affected", moves.affected.astype(np.int8), BOOL),
        Field("external", field.external.astype(np.int8), BOOL),
        Field("newcomer", field.newcomer.astype(np.int8), BOOL),
        Field("size", [str(size).encode() for size in found.size]),
        Field("region", [str(region).encode() for region in field.region]),
        Field("score_before", before.score),
        Field("score_after", after.score),
        Field("score_change", moves.score),
        Field("rank_before", before.place, INT4),
        Field("rank_after", after.place, INT4),
        Field("rank_change", moves.place, INT4),
        Field("level_before", before.level, INT2),
        Field("level_after", after.level, INT2),
        Field("level_change", moves.level, INT2),
        Field("level_kept", found.level_kept),
        Field("top_kept", found.top_kept),
        Field("rank_lower", found.place_lower, INT4),
        Field("rank_upper", found.place_upper, INT4),
        Field("level_kept_noise", found.level_kept_noise),
    ]
    copy_rows(connection.cursor().cursor, LabMove._meta.db_table, fields)


def kinds_of(before: Side, after: Side, moves: Moves) -> list[str]:
    """How each provider fares: by its place, and by its score when it is not ranked."""
    change = np.where(np.isnan(moves.place), moves.score, moves.place)
    kinds = np.full(len(change), MoveKind.SAME, dtype=object)
    kinds[change > 0], kinds[change < 0] = MoveKind.UP, MoveKind.DOWN
    kinds[moves.gained], kinds[moves.lost] = MoveKind.GAINED, MoveKind.LOST
    kinds[~before.assessed & ~after.assessed] = MoveKind.NEITHER
    return [str(kind) for kind in kinds]
