"""Sentences are compared in English."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def facts_root(tmp_path: Path, settings: Any) -> Path:
    """A folder of facts, and one of uploads, for this test alone."""
    settings.FACTS_ROOT = tmp_path / "facts"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        }
    }
    return tmp_path / "facts"
