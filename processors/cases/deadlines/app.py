"""The process that `vigil run deadlines` starts."""

from processors.cases.command_writer import CommandWriter
from processors.cases.deadlines.core import NAME, VERSION
from processors.cases.deadlines.deadline_book import DeadlineBook
from processors.cases.deadlines.metrics import SchedulerMetrics
from processors.cases.deadlines.scheduler import Scheduler
from processors.cases.event_follower import EventFollower
from processors.cases.office_rules import office_rules
from processors.cases.process import exit_status, serve_metrics, stopped_by_signals
from processors.cases.terms import Terms
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import new_codec
from processors.stage.topic_facts import observe
from schemas.law import Law


def run(settings: StackSettings, *, clock: str = "wall", metrics_port: int | None = None) -> int:
    """Schedule until SIGTERM; return the exit status: 78 topics not as they must be, 70 start it again.

    Args:
        settings: where everything is.
        clock: `wall`: this machine's; `events`: the newest step in case-events.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
    """
    stop = stopped_by_signals()
    where = stage_settings(settings, NAME)

    metrics = SchedulerMetrics()
    serve_metrics(metrics.registry, metrics_port)

    def work() -> None:
        facts = observe(where, "cases", "case-commands")
        facts.check_all(["case-events"], [])
        codec = new_codec(where)
        book = DeadlineBook(where.datadir / "deadlines.sqlite", Terms(Law.load(), office_rules().issue_after_s))
        follower = EventFollower(where, codec, book, NAME)
        try:
            writer = CommandWriter(where, codec, facts, NAME, VERSION)
            Scheduler(book, follower, writer, stop, by_events=clock == "events", metrics=metrics).run()
        finally:
            follower.close()
            book.close()

    return exit_status(work)
