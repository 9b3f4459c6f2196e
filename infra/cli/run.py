"""`vigil run NAME`: one of Vigil's own processes, in the foreground, until SIGTERM."""

import importlib
from collections.abc import Mapping

import click

from infra.cli.stage_inputs import days_unattested, days_with_keys, exempt_vehicles, sample_key, with_keys
from infra.settings import Settings

#: Process name -> module:function(settings, ...).
PROCESSES: Mapping[str, str] = {
    "perception": "processors.perception.app:run",
    "tracking": "processors.tracking.app:run",
    "incidents": "processors.incidents.app:run",
    "sink-audit": "sinks.clickhouse.audit_app:run",
}
#: The same of those that serve metrics and are given nothing else, with the port of their example.
MEASURED: Mapping[str, tuple[str, int]] = {
    "passages": ("processors.passages.app:run", 9111),
    "leads": ("processors.leads.app:run", 9109),
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run one of Vigil's own processes until SIGTERM; a supervisor restarts it when it dies.

    \b
    Examples:
      vigil run perception
      vigil run producers --pace max --exit-when-done
    """


def _start(target: str, **options: object) -> int | None:
    module, _, name = target.partition(":")
    code: int | None = getattr(importlib.import_module(module), name)(Settings(), **options)
    return code


def _register(name: str, target: str) -> None:
    @command.command(name, help=f"Run {name} until SIGTERM.\n\n\b\nExample:\n  vigil run {name}")
    def process() -> None:
        raise SystemExit(_start(target) or 0)


metrics_port_option = click.option(
    "--metrics-port", type=click.IntRange(1, 65_535), help="Serve metrics on this port of 127.0.0.1. Default: none."
)


def _register_measured(name: str, target: str, port: int) -> None:
    example = f"vigil run {name}\n  vigil run {name} --metrics-port {port}"

    @command.command(name, help=f"Run {name} until SIGTERM.\n\n\b\nExamples:\n  {example}")
    @metrics_port_option
    def process(metrics_port: int | None) -> None:
        raise SystemExit(_start(target, metrics_port=metrics_port) or 0)


for _name, _target in PROCESSES.items():
    _register(_name, _target)
for _name, (_target, _port) in MEASURED.items():
    _register_measured(_name, _target, _port)


@command.command()
@metrics_port_option
@click.option(
    "--clock",
    type=click.Choice(["wall", "events"]),
    default="wall",
    show_default=True,
    help="What time it is: this machine's clock, or the newest step in case-events (a city whose time is not ours).",
)
def deadlines(clock: str, metrics_port: int | None) -> None:
    """Run the scheduler of cases' deadlines until SIGTERM; one a city is enough.

    \b
    Examples:
      vigil run deadlines
      vigil run deadlines --clock events --metrics-port 9107
    """
    raise SystemExit(_start("processors.cases.deadlines.app:run", clock=clock, metrics_port=metrics_port) or 0)


@command.command()
@metrics_port_option
def violations(metrics_port: int | None) -> None:
    """Run violations until SIGTERM. Plates are sealed with the keys of VIGIL_KEY_STORE; without it none is read.

    What vehicles of VIGIL_EXEMPT_VEHICLES do is recorded and proposed to nobody: a CSV with a line a vehicle,
    plate,service,valid_from,valid_to.

    \b
    Examples:
      vigil run violations
      VIGIL_KEY_STORE=/srv/vigil-keys vigil run violations --metrics-port 9105
      VIGIL_EXEMPT_VEHICLES=/srv/vigil/emergency.csv vigil run violations
    """
    from infra.keys.key_ring import KeyRing  # noqa: PLC0415  its libraries are loaded where they are used

    options = {
        "seal": with_keys(KeyRing),
        "exempt": exempt_vehicles(),
        "metrics_port": metrics_port,
        "keys_left": days_with_keys(),
    }
    raise SystemExit(_start("processors.violations.app:run", **options) or 0)


@command.command()
@metrics_port_option
def sections(metrics_port: int | None) -> None:
    """Run sections until SIGTERM. Plates are sealed, and emergency vehicles known, as by `vigil run violations`.

    \b
    Examples:
      vigil run sections
      VIGIL_KEY_STORE=/srv/vigil-keys vigil run sections --metrics-port 9110
      VIGIL_EXEMPT_VEHICLES=/srv/vigil/emergency.csv vigil run sections
    """
    from infra.keys.key_ring import KeyRing  # noqa: PLC0415  its libraries are loaded where they are used

    options = {
        "seal": with_keys(KeyRing),
        "exempt": exempt_vehicles(),
        "metrics_port": metrics_port,
        "keys_left": days_with_keys(),
    }
    raise SystemExit(_start("processors.sections.app:run", **options) or 0)


@command.command()
@metrics_port_option
def cases(metrics_port: int | None) -> None:
    """Run cases until SIGTERM. VIGIL_SECOND_REVIEW_KEY names the secret by which cases for two officers are chosen.

    \b
    Examples:
      vigil run cases
      VIGIL_SECOND_REVIEW_KEY=/srv/vigil/second-review.key vigil run cases --metrics-port 9112
    """
    raise SystemExit(_start("processors.cases.app:run", metrics_port=metrics_port, sample_key=sample_key()) or 0)


@command.command("cases-relay")
@metrics_port_option
def cases_relay(metrics_port: int | None) -> None:
    """Run cases-relay until SIGTERM; one a city. With the keys of VIGIL_KEY_STORE it knows a vehicle across quarters.

    \b
    Examples:
      vigil run cases-relay
      VIGIL_KEY_STORE=/srv/vigil-keys vigil run cases-relay --metrics-port 9106
    """
    from infra.keys.vehicle_keys import LiveVehicleKeys  # noqa: PLC0415  its libraries are loaded where they are used

    options = {"keys": with_keys(LiveVehicleKeys), "metrics_port": metrics_port, "unattested": days_unattested()}
    raise SystemExit(_start("processors.cases.relay.app:run", **options) or 0)


@command.command()
@metrics_port_option
def sightings(metrics_port: int | None) -> None:
    """Run sightings until SIGTERM. Plates are sealed with the keys of VIGIL_KEY_STORE; without it nothing starts.

    \b
    Examples:
      VIGIL_KEY_STORE=/srv/vigil-keys vigil run sightings
      VIGIL_KEY_STORE=/srv/vigil-keys vigil run sightings --metrics-port 9108
    """
    from infra.keys.key_ring import KeyRing  # noqa: PLC0415  its libraries are loaded where they are used

    seal = with_keys(KeyRing)
    if seal is None:
        raise click.ClickException(
            "sightings are sealed, and no key store is named: set VIGIL_KEY_STORE (docs/keys.md), or do without leads"
        )
    raise SystemExit(_start("processors.sightings.app:run", seal=seal, metrics_port=metrics_port) or 0)


@command.command("clickhouse-sink")
@click.option(
    "--instance",
    help="Name of this process among several sinks of one group, stable over restarts. Default: this machine's name.",
)
def clickhouse_sink(instance: str | None) -> None:
    """Run clickhouse-sink until SIGTERM.

    \b
    Examples:
      vigil run clickhouse-sink
      vigil run clickhouse-sink --instance second
    """
    raise SystemExit(_start("sinks.clickhouse.app:run", instance=instance) or 0)


@command.command()
@click.option(
    "--instance",
    help="Name of this process among several sinks of one group, and of its log; stable over restarts."
    " Default: this machine's name.",
)
@metrics_port_option
def evidence(instance: str | None, metrics_port: int | None) -> None:
    """Run the evidence sink until SIGTERM.

    \b
    Examples:
      vigil run evidence
      vigil run evidence --instance second --metrics-port 9105
    """
    raise SystemExit(_start("sinks.evidence.app:run", instance=instance, metrics_port=metrics_port) or 0)


@command.command()
@click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    default="realtime",
    show_default=True,
    help="Speed of file sources.",
)
@click.option(
    "--camera", "cameras", multiple=True, help="Only this camera; may be repeated. Default: all of the registry."
)
@click.option("--exit-when-done", is_flag=True, help="End with 0 when every file source has been played.")
@click.option("--replay", is_flag=True, help="Play files from their start although `frames` holds them.")
def producers(pace: str, cameras: tuple[str, ...], *, exit_when_done: bool, replay: bool) -> None:
    """Read cameras into `frames`.

    \b
    Examples:
      vigil run producers
      vigil run producers --camera ALA-0001 --camera ALA-0002
      vigil run producers --pace max --exit-when-done
    """
    code = _start("producers.app:run", pace=pace, cameras=cameras or None, exit_when_done=exit_when_done, replay=replay)
    raise SystemExit(code or 0)
