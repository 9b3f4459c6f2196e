"""A bench for each test, on a Kafka of these tests' own: they need no other server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.available import missing_stack
from tests.benchmarks.producers.own_kafka import own_kafka
from tests.integration.stage.bench import Bench, bench_on


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Kafka's address."""
    missing = missing_stack()
    if missing is not None:
        pytest.skip(missing)
    with own_kafka(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture
def bench(bootstrap: str, tmp_path: Path) -> Iterator[Bench]:
    """Topics of this test's own, made, and its processes."""
    with bench_on(bootstrap, tmp_path) as made:
        made.make_topics()
        yield made


@pytest.fixture
def bare_bench(bootstrap: str, tmp_path: Path) -> Iterator[Bench]:
    """The same without topics."""
    with bench_on(bootstrap, tmp_path) as made:
        yield made
