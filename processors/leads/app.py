"""The process that `vigil run leads` starts."""

import logging
from dataclasses import replace

from prometheus_client import CollectorRegistry, Gauge

from processors.leads.core import LeadsCore
from processors.leads.vehicle_table import VehicleTable
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import Parts, ReferenceReader, StageMetrics, new_codec, run_stage
from schemas.law import Law


def run(settings: StackSettings, metrics_port: int | None = None) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stage = replace(stage_settings(settings, LeadsCore.name), metrics_port=metrics_port)
    metrics = StageMetrics(LeadsCore.name)
    table = VehicleTable(new_codec(stage))
    # the reader decodes in a thread of its own, so it has a codec of its own
    reader = ReferenceReader(stage, VehicleTable.TOPIC, new_codec(stage), table.add, metrics, on_removed=table.remove)
    watch(table, metrics.registry)
    core = LeadsCore(table.get, Law.load())
    run_stage(stage, core, Parts(references=(reader,), outputs=("leads",), metrics=metrics))


def watch(table: VehicleTable, registry: CollectorRegistry) -> None:
    """Show how much of the city's tables this process holds. Leads themselves: vigil_stage_outputs, by topic."""
    vehicles = Gauge("vigil_leads_vehicles", "Vehicles of the city's tables in this process", registry=registry)
    vehicles.set_function(lambda: len(table))
    left = Gauge("vigil_leads_vehicles_left_out", "Entries beyond the most that a process holds", registry=registry)
    left.set_function(lambda: table.left_out)
    drawn = Gauge(
        "vigil_leads_table_timestamp_seconds",
        "When the newest of the city's tables was drawn, seconds since the Unix epoch; 0: none was read",
        registry=registry,
    )
    drawn.set_function(lambda: table.newest_known_at_us / 1e6)
