"""The process that `vigil run cases-relay` starts."""

import logging

from confluent_kafka import KafkaException

from processors.cases.command_writer import CommandWriter
from processors.cases.event_follower import EventFollower
from processors.cases.process import stopped_by_signals
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import NAME, SOURCES, VERSION
from processors.cases.relay.relay import Relay
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import EXIT_CRASH, StageStoppedError, new_codec
from processors.stage.topic_facts import observe

log = logging.getLogger(__name__)


def run(settings: StackSettings) -> int:
    """Relay until SIGTERM; return the exit status: 65 breaker, 78 topics not as they must be, 70 start it again."""
    stop = stopped_by_signals()
    where = stage_settings(settings, NAME)
    try:
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
    except StageStoppedError as error:
        log.critical("%s", error)
        return error.status
    except KafkaException as error:
        log.critical("Kafka: %s; exiting to be restarted", error.args[0])
        return EXIT_CRASH
    return 0
