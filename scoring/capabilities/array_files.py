"""The arrays of a run as a file: what a what-if rests on. Immutable, named by the digests of what went into the run and
what came out, and only a copy: a file that is missing is computed again from the run's batches (`arrays.py`)."""

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from engine.groups import Groups
from engine.inputs import Spell
from engine.model import ScoringModel
from engine.what_if import Basis, basis_of
from scoring.capabilities.results import Results
from scoring.facts.storage import root, sync

log = structlog.get_logger(__name__)

FOLDER = "runs"
# Files beyond the newest so many are removed; each is about 1.1 kB per provider at 25 metrics.
KEPT_FILES = 60
# Runs that each process holds in memory at once.
IN_MEMORY = 2
EXTRA = "extra:"


@dataclass(frozen=True)
class RunArrays:
    """What the engine needs of a run, with the provider and the kind of each row. External ones are not ranked."""

    basis: Basis
    provider_ids: NDArray[np.int64]
    external: NDArray[np.bool_]


def arrays_from(results: Results) -> RunArrays:
    """The arrays of freshly computed results."""
    ids = np.array([who.provider_id for who in results.people], dtype=np.int64)
    return RunArrays(basis_of(results.scores, results.inputs), ids, results.external)


def path_of(input_digest: str, result_digest: str) -> Path:
    """Where the arrays of a run with these digests lie."""
    return root() / FOLDER / f"{input_digest[:32]}-{result_digest[:32]}.npz"


def keep_arrays(path: Path, arrays: RunArrays) -> None:
    """Write the file unless it is there, whole or not at all, and let go of the oldest ones. A disk that refuses is
    told to the log alone: the run is finished without its copy."""
    if path.exists():
        return
    work = path.with_name(f".{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with work.open("wb") as file:
            np.savez(file, **to_columns(arrays))  # type: ignore[arg-type]
        sync(work)
        work.replace(path)
        forget_oldest(path.parent)
    except OSError as error:
        log.warning("run_arrays_not_kept", path=path.name, reason=str(error))
        with suppress(OSError):
            work.unlink(missing_ok=True)


def forget_oldest(folder: Path) -> None:
    """Keep the newest files; another process may remove the same ones."""
    by_age = sorted(folder.glob("*.npz"), key=os.path.getmtime, reverse=True)
    for path in by_age[KEPT_FILES:]:
        path.unlink(missing_ok=True)


def to_columns(arrays: RunArrays) -> dict[str, NDArray[np.generic]]:
    """Plain arrays without objects, so that reading them runs nothing."""
    basis = arrays.basis
    columns: dict[str, NDArray[np.generic]] = {
        "provider_ids": arrays.provider_ids,
        "external": arrays.external,
        "subjects": basis.subjects.astype(str),
        "group": basis.groups.number,
        "group_names": np.array(basis.groups.names, dtype=str),
        "group_sizes": basis.groups.sizes,
        "numerator": basis.spell.numerator,
        "denominator": basis.spell.denominator,
        "evidence": basis.spell.evidence,
        "merchants": basis.spell.merchants.astype(np.float32),
        "points": basis.points,
        "composite": basis.composite,
        "level": basis.level,
    }
    if basis.noise is not None:
        columns |= {"noise_squares": basis.noise[0], "noise_freedom": basis.noise[1]}
    return columns | {f"{EXTRA}{name}": column for name, column in basis.extras.items()}


def read_arrays(path: Path, model: ScoringModel) -> RunArrays | None:
    """The arrays of a run of `model`, from memory or from the file; None when there is no file."""
    try:
        return load(path, model)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=IN_MEMORY)
def load(path: Path, model: ScoringModel) -> RunArrays:
    """Read one file."""
    with np.load(path, allow_pickle=False) as found:
        columns = {name: found[name] for name in found.files}
    for column in columns.values():
        column.setflags(write=False)  # several requests share it
    noise = (columns["noise_squares"], columns["noise_freedom"]) if "noise_squares" in columns else None
    basis = Basis(
        model=model,
        subjects=columns["subjects"].astype(object),
        groups=Groups(columns["group"], tuple(map(str, columns["group_names"])), columns["group_sizes"]),
        spell=Spell(
            columns["numerator"],
            columns["denominator"],
            columns["evidence"],
            columns["merchants"].astype(np.float64),
        ),
        noise=noise,
        extras={name.removeprefix(EXTRA): column for name, column in columns.items() if name.startswith(EXTRA)},
        points=columns["points"],
        composite=columns["composite"],
        level=columns["level"],
    )
    return RunArrays(basis, columns["provider_ids"], columns["external"])
