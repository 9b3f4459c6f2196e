"""The process that `vigil run cases-relay` starts."""

from processors.cases.command_writer import CommandWriter
from processors.cases.event_follower import EventFollower
from processors.cases.process import exit_status, stopped_by_signals
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import NAME, SOURCES, VERSION
from processors.cases.relay.relay import Relay
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import new_codec
from processors.stage.topic_facts import observe


def run(settings: StackSettings) -> int:
    """Relay until SIGTERM; return the exit status: 65 breaker, 78 topics not as they must be, 70 start it again."""
    stop = stopped_by_signals()
    where = stage_settings(settings, NAME)

    def work() -> None:
        facts = observe(where, "cases", "case-commands")
        facts.check_all([*SOURCES, "case-commands", "case-events"], [])
        codec = new_codec(where)
        index = CaseIndex(where.datadir / "cases.sqlite")
        follower = EventFollower(where, codec, index, f"{NAME}-index")
        try:
            Relay(where, codec, index, follower, CommandWriter(where, codec, facts, NAME, VERSION), stop).run()
        finally:
            follower.close()
            index.close()

    return exit_status(work)
