"""DuckDB as an import uses it: no files but the one given and its own folder, no network, no extensions."""

import errno
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from engine.tables import quote_literal, quote_name
from scoring.facts.limits import MEMORY_LIMIT, THREADS
from scoring.facts.refusals import Refusal
from scoring.facts.sources import Report

__all__ = ["Workbench", "open_workbench", "quote_literal", "quote_name"]

POLL_SECONDS = 0.25


class Workbench:
    """A confined connection. `run` reports the progress of one long statement and stops it when the report raises."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, report: Report) -> None:
        self.connection = connection
        self.report = report

    def run(self, statement: str, phase: str = "") -> duckdb.DuckDBPyConnection:
        """Execute one statement; with a `phase`, percent of it goes to the report."""
        if not phase:
            return self.connection.execute(statement)
        self.report(0, 100, phase)
        watch = Watch(self.connection, self.report, phase)
        with watch:
            try:
                result = self.connection.execute(statement)
            except duckdb.InterruptException:
                if watch.stopped_by is not None:
                    raise watch.stopped_by from None
                raise
        if watch.stopped_by is not None:
            raise watch.stopped_by
        self.report(100, 100, phase)
        return result

    def row(self, statement: str, phase: str = "") -> tuple[Any, ...]:
        """The one row of a statement."""
        found = self.run(statement, phase).fetchone()
        if found is None:
            raise LookupError("a statement that always has a row gave none")
        return found

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows of a statement with few rows."""
        return self.connection.execute(statement).fetchall()


class Watch:
    """Polls the progress of the running statement in a thread; a report that raises interrupts the statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, report: Report, phase: str) -> None:
        self.connection, self.report, self.phase = connection, report, phase
        self.stopped_by: BaseException | None = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._poll, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()

    def _poll(self) -> None:
        while not self.done.wait(POLL_SECONDS):
            try:
                self.report(max(0, int(self.connection.query_progress())), 100, self.phase)
            except Exception as error:
                self.stopped_by = error
                self.connection.interrupt()
                return


@contextmanager
def open_workbench(*, folder: Path, files: Iterable[Path], report: Report) -> Iterator[Workbench]:
    """A connection that may read `files` and write in `folder` only; failures of disk and memory become refusals."""
    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": MEMORY_LIMIT,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        paths = ", ".join(quote_literal(str(path.resolve())) for path in files)
        home = quote_literal(f"{folder.resolve()}/")
        for statement in (
            "SET TimeZone = 'UTC'",
            "SET enable_progress_bar = true",
            "SET enable_progress_bar_print = false",
            f"SET temp_directory = {quote_literal(str(folder.resolve() / 'spill'))}",
            f"SET allowed_directories = [{home}]",
            f"SET allowed_paths = [{paths}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            connection.execute(statement)
        yield Workbench(connection, report)
    except duckdb.OutOfMemoryException as error:
        raise Refusal("no_space" if "temp_directory" in str(error) or "disk" in str(error) else "no_memory") from error
    except (duckdb.IOException, OSError) as error:
        raise refuse_io(error) from error
    finally:
        connection.close()


def refuse_io(error: Exception) -> Refusal:
    """The refusal for a failed write."""
    text = str(error)
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text:
        return Refusal("no_space")
    return Refusal("unwritable", reason=text.splitlines()[0][:200] if text else type(error).__name__)
