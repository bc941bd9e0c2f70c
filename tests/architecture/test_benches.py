"""The benches stay runnable: each can be imported and measures something."""

import importlib

import pytest

from bench.__main__ import names


@pytest.mark.parametrize("name", names())
def test_a_bench_can_be_started(name: str) -> None:
    assert callable(importlib.import_module(f"bench.{name}").run)
