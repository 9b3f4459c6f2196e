"""The process that `vigil run cases-relay` starts."""

from collections.abc import Callable

from processors.cases.command_writer import CommandWriter
from processors.cases.event_follower import EventFollower
from processors.cases.office_rules import office_rules
from processors.cases.process import exit_status, serve_metrics, stopped_by_signals
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import NAME, SOURCES, VERSION
from processors.cases.relay.metrics import RelayMetrics
from processors.cases.relay.other_quarters import OtherQuarters, VehicleKeys
from processors.cases.relay.owner_classes import OwnerClasses
from processors.cases.relay.reader_watch import ReaderWatch
from processors.cases.relay.relay import Relay
from processors.cases.terms import Terms
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import ReferenceReader, StageMetrics, new_codec
from processors.stage.topic_facts import observe
from schemas.law import Law


def run(
    settings: StackSettings,
    *,
    keys: VehicleKeys | None = None,
    metrics_port: int | None = None,
    unattested: Callable[[], float] | None = None,
) -> int:
    """Relay until SIGTERM; return the exit status: 65 breaker, 78 topics not as they must be, 70 start it again.

    Args:
        settings: where everything is.
        keys: the live keys; None: a vehicle's cases are known within one quarter alone.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
        unattested: says for how many days a quarter's key waits to be held against its plates; None: there is no store.
    """
    stop = stopped_by_signals()
    where = stage_settings(settings, NAME)

    metrics = RelayMetrics()
    if unattested is not None:
        metrics.unattested.set_function(unattested)
    serve_metrics(metrics.registry, metrics_port)

    def work() -> None:
        facts = observe(where, "cases", "case-commands")
        facts.check_all([*SOURCES, "case-commands", "case-events", OwnerClasses.TOPIC], [])
        codec = new_codec(where)
        rules = office_rules()
        widest_us = max(map(rules.window_us, ("", *rules.lasting_s)))
        index = (
            CaseIndex(where.datadir / "cases.sqlite")
            if keys is None
            else CaseIndex(where.datadir / "cases.sqlite", lambda at_us: keys.turns(at_us, widest_us))
        )
        quarters = None if keys is None else OtherQuarters(keys, index, Terms(Law.load(), rules.issue_after_s), rules)
        follower = EventFollower(where, codec, index, f"{NAME}-index")
        owners = OwnerClasses()
        # the reader decodes in a thread of its own, so it has a codec of its own
        tables = ReferenceReader(
            where, OwnerClasses.TOPIC, new_codec(where), owners.add, StageMetrics(NAME), on_removed=owners.remove
        )
        try:
            tables.start()
            tables.wait_until_caught_up(where.broker_wait_s * 5)
            writer = CommandWriter(where, codec, facts, NAME, VERSION)
            relay = Relay(
                where, codec, index, follower, writer, stop, quarters=quarters, metrics=metrics, owner_of=owners.get
            )
            with ReaderWatch(tables, stop):
                relay.run()
        finally:
            tables.stop()
            follower.close()
            index.close()

    return exit_status(work)
