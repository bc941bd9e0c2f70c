"""Fixtures for all tests: a real Celery worker for those that need one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
WORKER_START_SECONDS = 180
WORKER_STOP_SECONDS = 120


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes do not name a test: those of an archive carry the second at which they were packed, and two workers that
    collect in different seconds would see different tests."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file goes first: at the end one of two workers would wait for it. It uses no test database."""
    items.sort(key=lambda item: item.get_closest_marker("launcher") is None)


def start_worker() -> subprocess.Popen[bytes]:
    """A Celery worker on this test run's database, files and queue; returns once it answers."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    name = f"tests-{os.getpid()}@{settings.SCRATCH.name}"
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--hostname", name],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": database.geturl(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PADDOCK_TEST_SCRATCH": str(settings.SCRATCH),
            "PADDOCK_TEST_WORKER": "1",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + WORKER_START_SECONDS
    patience = 0.5
    while not current_app.control.ping(destination=[name], timeout=patience):
        patience += 0.5  # a busy machine may take longer than any fixed time to answer
        if worker.poll() is not None or time.monotonic() > deadline:
            worker.kill()
            raise RuntimeError("the Celery worker did not start")
    return worker


@pytest.fixture
def celery_worker_process(transactional_db: None) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process; jobs enqueued in the test go through Redis to it."""
    current_app.conf.task_always_eager = False
    worker = start_worker()
    yield worker
    current_app.conf.task_always_eager = True
    if worker.poll() is None:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=WORKER_STOP_SECONDS)
