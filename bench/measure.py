"""Seconds and peak memory of one piece of work, each in a process of its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

# The fresh process imports this module first, and only then the one that holds the work.
django.setup()


@dataclass(frozen=True)
class Measured:
    """`peak` in bytes, of the process itself; `value` is what the work gave back."""

    seconds: float
    peak: int
    value: Any


def measure(work: Callable[..., Any], *arguments: Any) -> Measured:
    """Run `work(*arguments)` in a fresh process. The start of the process is not counted."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, work, arguments))
    child.start()
    sender.close()
    try:
        measured: Measured = receiver.recv()
    except EOFError as error:
        raise RuntimeError(f"{work.__name__} failed") from error
    finally:
        child.join()
    return measured


def _child(sender: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    started = time.perf_counter()
    value = work(*arguments)
    seconds = time.perf_counter() - started
    sender.send(Measured(seconds, read_peak(), value))


def read_peak() -> int:
    """The most memory that this process held, in bytes. Linux lets `ru_maxrss` begin with the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
