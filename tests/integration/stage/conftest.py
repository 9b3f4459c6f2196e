"""A bench for each test, on the session's Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.control import LocalStack
from tests.integration.stage.bench import Bench, bench_on


@pytest.fixture
def bench(stack: LocalStack, tmp_path: Path) -> Iterator[Bench]:
    """Topics of this test's own, made, and its processes."""
    with bench_on(stack.settings.bootstrap_servers, tmp_path) as made:
        made.make_topics()
        yield made


@pytest.fixture
def bare_bench(stack: LocalStack, tmp_path: Path) -> Iterator[Bench]:
    """The same without topics."""
    with bench_on(stack.settings.bootstrap_servers, tmp_path) as made:
        yield made
