"""Ends the portal's processes in order: called by the launcher, or by itself when the launcher is gone.

Run as a program it listens on standard input. Each line is a JSON object: {"add": {...}} registers a process,
{"drop": pid} forgets one, {"remove": path} names a temporary folder. The end of the input means that the launcher has
ended, even by SIGKILL: every process still registered is stopped and the temporary folders are removed. It is run by
its path, so it imports the standard library alone.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process to be stopped: lower ranks first; its group gets SIGKILL when `grace` seconds were not enough."""

    name: str
    pid: int
    rank: int
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    leads_group: bool = True


def stop_all(processes: Iterable[Process], *, reap: Callable[[], None] = lambda: None, patient: bool = True) -> None:
    """Stop every process, rank after rank, and return when none is left; impatiently, without any grace."""
    waiting = sorted(processes, key=lambda process: process.rank)
    while waiting:
        rank = waiting[0].rank
        _stop_together([process for process in waiting if process.rank == rank], reap, patient)
        waiting = [process for process in waiting if process.rank != rank]


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an exit code that nobody has collected yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def _stop_together(processes: list[Process], reap: Callable[[], None], patient: bool) -> None:
    started = time.monotonic()
    for process in processes:
        _send(process.pid, process.stop_signal if patient else signal.SIGKILL)
    while processes:
        reap()
        for process in list(processes):
            if not is_running(process.pid):
                processes.remove(process)
                if process.leads_group:
                    _send(-process.pid, signal.SIGKILL)
            elif patient and time.monotonic() - started > process.grace:
                _send(-process.pid if process.leads_group else process.pid, signal.SIGKILL)
        if processes:
            time.sleep(0.02)


def _send(target: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(target, number)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    processes: dict[int, Process] = {}
    folders: set[Path] = set()
    for line in sys.stdin:
        message = json.loads(line)
        if "add" in message:
            process = Process(**message["add"])
            processes[process.pid] = process
        elif "drop" in message:
            processes.pop(message["drop"], None)
        elif "remove" in message:
            folders.add(Path(message["remove"]))
    stop_all(processes.values())
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
