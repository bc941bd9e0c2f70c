"""What the launcher writes: the lines of its processes, each behind the coloured name of who said it."""

import contextlib
import os
import sys

NAME_WIDTH = 8
COLOURS = {"postgres": 34, "redis": 31, "web": 32, "worker": 35, "beat": 33, "setup": 36}


class Terminal:
    """Standard output with colours when it is a terminal; NO_COLOR turns them off. Quiet once nobody reads it."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.has_colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def line(self, name: str, text: str) -> None:
        """One line of a process."""
        if not self.quiet:
            label = f"{name:<{NAME_WIDTH}} |"
            self._write(f"{self._paint(label, COLOURS.get(name, 0))} {text}")

    def say(self, text: str) -> None:
        """A message of the launcher itself."""
        if not self.quiet:
            self._write(self._paint(text, 1))

    def _paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.has_colours else text

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except OSError:
            self.quiet = True
            with contextlib.suppress(OSError):
                sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - lives as long as the program
