"""Where the command lines may write."""

from collections.abc import Collection
from pathlib import Path

from engine.errors import EngineError


def check_outputs(outputs: Collection[str | None], *, inputs: Collection[str | None]) -> None:
    """EngineError `output_taken` when an output would overwrite an input or another output."""
    taken = {Path(path).resolve() for path in inputs if path}
    for path in outputs:
        if path:
            if Path(path).resolve() in taken:
                raise EngineError(
                    "output_taken",
                    "The output %(path)s would overwrite a file that was read or written before it.",
                    remedy="Give each output a name of its own.",
                    params={"path": path},
                )
            taken.add(Path(path).resolve())
