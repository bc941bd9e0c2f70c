"""Starts the portal's processes, passes on what they say, notices when one dies, and stops them in order."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from config.services.guardian import Process, stop_all
from config.services.places import LaunchError
from config.services.terminal import Terminal

GUARDIAN = Path(__file__).with_name("guardian.py")
FULL_DISK = "No space left on device"


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""


@dataclass(slots=True)
class Child:
    """A started process and the last things it said; lines from one that starts with `holds_from` are not passed on."""

    process: Process
    popen: subprocess.Popen[bytes]
    pending: bytes = b""
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    holds_from: str | None = None
    held: list[str] = field(default_factory=list)


class Supervisor:
    """One per launcher. Processes are also registered with a guardian, which ends them if the launcher is killed."""

    def __init__(self, terminal: Terminal, *, lock: int | None = None) -> None:
        self.terminal = terminal
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stop_requests = 0
        self.last_signal = 0
        self.guardian = subprocess.Popen(
            [sys.executable, "-I", str(GUARDIAN)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[] if lock is None else [lock],
            cwd="/",
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        rank: int,
        env: Mapping[str, str],
        cwd: str,
        stop_signal: int = signal.SIGTERM,
        grace: float = 10.0,
        **identity: Any,
    ) -> Child:
        """Start a process in a session of its own; lower ranks are stopped first."""
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=dict(env),
            cwd=cwd,
            **identity,
        )
        child = Child(Process(name, popen.pid, rank, stop_signal, grace), popen)
        self.guard(child.process)
        self.children.append(child)
        assert popen.stdout is not None  # noqa: S101 - a pipe was asked for
        os.set_blocking(popen.stdout.fileno(), False)
        self.selector.register(popen.stdout, selectors.EVENT_READ, child)
        return child

    def guard(self, process: Process) -> None:
        """Have the guardian stop a process that somebody else looks after, when the launcher is gone."""
        self._tell_guardian({"add": asdict(process)})

    def remove_at_end(self, folder: Path) -> None:
        """Have the guardian remove a temporary folder when the launcher is gone."""
        self._tell_guardian({"remove": str(folder)})

    def run_step(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: str, fault: str) -> None:
        """Run a command to its end; `LaunchError` beginning with `fault` when it fails.

        A traceback is shown only when it explains more than the sentence: a full disk explains itself.
        """
        child = self._run_to_end(name, command, env=env, cwd=cwd, holds_from="Traceback ")
        if child.popen.returncode != 0:
            if not any(FULL_DISK in line for line in child.held):
                for line in child.held:
                    self.terminal.line(name, line)
            raise LaunchError(f"{fault}: {_last_words(child)}")

    def read_step(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: str) -> str:
        """What a command says, or nothing when it fails."""
        child = self._run_to_end(name, command, env=env, cwd=cwd, holds_from="")
        return "\n".join(child.held) if child.popen.returncode == 0 else ""

    def _run_to_end(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: str, holds_from: str
    ) -> Child:
        child = self.start(name, command, rank=0, env=env, cwd=cwd)
        child.holds_from = holds_from
        while child.popen.poll() is None:
            self.pump(0.1)
            self.check_alive(besides=child)
        self._forget(child)
        return child

    def wait_until(self, ready: Callable[[], bool], *, seconds: float, fault: str) -> None:
        """Return as soon as `ready` says so; `LaunchError` when a process dies first or the time is over."""
        end = time.monotonic() + seconds
        while not ready():
            self.check_alive()
            if time.monotonic() > end:
                raise LaunchError(fault)
            self.pump(0.05)

    def watch(self) -> None:
        """Pass on output until a stop is requested or a process dies."""
        while True:
            self.pump(0.5)
            self.check_alive()

    def pump(self, seconds: float) -> None:
        """Pass on what the processes said within this time; `StopRequested` when a signal arrived."""
        for key, _ in self.selector.select(seconds):
            self._read(key.data)
        if self.stop_requests:
            raise StopRequested

    def check_alive(self, *, besides: Child | None = None) -> None:
        """Raise `LaunchError` naming the first process that has ended although it should run."""
        if self.guardian.poll() is not None:
            raise LaunchError("The guardian process ended unexpectedly; start the portal again.")
        for child in self.children:
            if child is not besides and child.popen.poll() is not None:
                self._forget(child)
                raise LaunchError(
                    f"The {child.process.name} process ended unexpectedly with {_exit(child.popen.returncode)}: "
                    f"{_last_words(child)}"
                )

    def stop(self) -> None:
        """Stop all processes in order and then the guardian; a further Ctrl-C kills what is left at once."""
        self.stop_requests = 0
        stop_all([child.process for child in self.children], reap=self._collect)
        for child in list(self.children):
            self._forget(child)
        if self.guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.guardian.stdin.close()
        self.guardian.wait()

    def _collect(self) -> None:
        for key, _ in self.selector.select(0):
            self._read(key.data)
        for child in self.children:
            child.popen.poll()
            if self.stop_requests:
                _kill(child.popen)

    def _forget(self, child: Child) -> None:
        self.children.remove(child)
        self._read(child)
        if child.pending:
            self._pass_on(child, child.pending)
        assert child.popen.stdout is not None  # noqa: S101 - a pipe was asked for
        if child.popen.stdout in self.selector.get_map():
            self.selector.unregister(child.popen.stdout)
        child.popen.stdout.close()
        _kill_group(child.process.pid)
        self._tell_guardian({"drop": child.process.pid})

    def _read(self, child: Child) -> None:
        assert child.popen.stdout is not None  # noqa: S101 - a pipe was asked for
        while True:
            try:
                data = os.read(child.popen.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            if not data:
                if child.popen.stdout in self.selector.get_map():
                    self.selector.unregister(child.popen.stdout)
                return
            *lines, child.pending = (child.pending + data).split(b"\n")
            for line in lines:
                self._pass_on(child, line)

    def _pass_on(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        child.last_lines.append(text)
        if child.held or (child.holds_from is not None and text.startswith(child.holds_from)):
            child.held.append(text)
        else:
            self.terminal.line(child.process.name, text)

    def _tell_guardian(self, message: dict[str, Any]) -> None:
        assert self.guardian.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(BrokenPipeError):  # `check_alive` says that it is gone
            self.guardian.stdin.write(json.dumps(message).encode() + b"\n")
            self.guardian.stdin.flush()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stop_requests += 1
        self.last_signal = number


def _kill(popen: subprocess.Popen[bytes]) -> None:
    if popen.returncode is None:
        popen.kill()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _exit(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _last_words(child: Child) -> str:
    if child.popen.returncode == -signal.SIGKILL:
        return "something outside killed it, often the system for want of memory. Start again."
    if any(FULL_DISK in line for line in child.last_lines):
        return "the disk is full. Free some space and start again."
    words = [line.strip() for line in child.last_lines if line.strip()]
    return words[-1] if words else "it said nothing."
