"""How tests are shared among processes: what shares servers stays together, the long scopes begin first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pytest

from tests.conftest import BROKERS, OWN_STACK, STACK, pytest_collection_modifyitems, scope_of, turn_of

ON_STACK = "tests/integration/sinks/test_sink_on_stack.py::test_a"
ON_BROKERS = "tests/integration/topics/test_topics_on_stack.py::test_b"
ALONE = "tests/unit/schemas/test_wire.py::test_c"


@dataclass(frozen=True, slots=True)
class Item:
    """What is looked at of a test."""

    nodeid: str
    fixturenames: Sequence[str] = ()


def collected(*items: Item) -> list[str]:
    """Return the tests in the order in which they are to begin."""
    ordered = list(items)
    pytest_collection_modifyitems(cast("list[pytest.Item]", ordered))
    return [item.nodeid for item in ordered]


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        (ON_STACK, STACK),
        ("tests/integration/a_new_folder/test_x.py::test_x", STACK),
        (ON_BROKERS, BROKERS),
        ("tests/integration/demo/test_demo_on_short_clips.py::test_x[1]", OWN_STACK),
        ("tests/benchmarks/stage/test_streets.py::test_x", "tests/benchmarks/"),
        (ALONE, "tests/unit/schemas/test_wire.py"),
    ],
)
def test_what_shares_servers_is_one_scope(nodeid: str, scope: str) -> None:
    """A folder of servers' tests that nobody thought of goes to the whole stack, where everything is; files to none."""
    assert scope_of(nodeid) == scope


def test_unit_tests_begin_last_and_servers_first() -> None:
    """Short files fill up what the long scopes leave at the end."""
    contract = "tests/contract/test_codec.py::test_d"
    assert collected(Item(ALONE), Item(contract), Item(ON_STACK), Item(ON_BROKERS)) == [
        ON_BROKERS, ON_STACK, contract, ALONE
    ]  # fmt: skip
    assert turn_of(ON_BROKERS) < turn_of(ON_STACK) < turn_of(contract) < turn_of(ALONE)


@pytest.mark.parametrize(
    ("nodeid", "fixture"),
    [(ON_BROKERS, "stack"), (ON_STACK, "brokers"), ("tests/integration/demo/test_x.py::test_x", "settings")],
)
def test_a_test_that_asks_for_another_scopes_servers_is_refused(nodeid: str, fixture: str) -> None:
    """It would start a second stack in its process; the error names test, fixture and scope."""
    with pytest.raises(pytest.UsageError, match=rf"{nodeid} uses the fixture '{fixture}'.*{scope_of(nodeid)}; 1 such"):
        collected(Item(ALONE), Item(nodeid, [fixture]))


def test_fixtures_of_the_same_name_elsewhere_are_their_own() -> None:
    """A scenario may call something of its own 'settings'."""
    assert collected(Item("tests/scenarios/test_city_gate.py::test_x", ["settings"]), Item(ON_STACK, ["stack"]))
