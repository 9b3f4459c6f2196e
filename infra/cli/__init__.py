"""`vigil`: one command line for operators, engineers and developers. Each command group is a module of its own."""

import importlib
import sys
from collections.abc import Mapping

import click

#: Command name -> (module that exports it, its name there, one line for `vigil --help`).
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "up": ("infra.cli.stack", "up", "Start the local stack and wait until it serves."),
    "down": ("infra.cli.stack", "down", "Stop the local stack."),
    "status": ("infra.cli.stack", "status", "Show the local stack's processes."),
    "logs": ("infra.cli.stack", "logs", "Show the last lines of a process's log."),
    "run": ("infra.cli.run", "command", "Run one of Vigil's own processes: producers, a stage, a sink."),
    "topics": ("infra.cli.topics", "command", "Plan, apply and examine topics and schemas."),
    "cameras": ("infra.cli.cameras", "command", "Import, list and check cameras."),
    "vehicles": ("infra.cli.vehicles", "command", "Import what the city's tables say of vehicles, sealed."),
    "leads": ("infra.cli.leads", "command", "Look into leads: next, show, confirm, dismiss, list."),
    "migrate": ("infra.cli.migrate", "command", "Apply ClickHouse's tables."),
    "dictionary": ("infra.cli.dictionary", "command", "Write the data dictionary from the tables' comments."),
    "report": ("infra.cli.report", "command", "Fines, incidents, cameras and reviews as tables, files and pages."),
    "sink": ("infra.cli.sink", "command", "Hold the tables against the topics, offset by offset."),
    "evidence": ("infra.cli.evidence", "command", "Show, verify and export the evidence of a finding."),
    "law": ("infra.cli.law", "command", "Check, compare and explain the law's fines and terms."),
    "city": ("infra.cli.city", "command", "Make the test city: a deterministic Almaty whose truth is known."),
    "review": ("infra.cli.review", "command", "Review proposed cases, and incidents: next, confirm, reject, list."),
    "payments": ("infra.cli.payments", "command", "Report deliveries, payments, courts and refunds of cases."),
    "keys": ("infra.cli.keys", "command", "Make and list the keys that make plates readable."),
    "retention": ("infra.cli.retention", "command", "Destroy the keys of quarters past their deadlines, and prove it."),
    "replay": ("infra.cli.replay", "command", "Recompute a finding from what its evidence keeps."),
    "demo": ("infra.cli.demo", "command", "Run the whole chain on real footage and account for every second."),
    "bench": ("infra.cli.bench", "command", "Run the benchmarks; figures are ratios within one run."),
    "plates": ("infra.cli.plates", "command", "Score the reading of plates on drawn ones."),
    "evaluate": ("infra.cli.evaluate", "command", "Score findings against the test city's truth."),
    "chaos": (
        "infra.cli.chaos",
        "command",
        "Kill and disturb the chain or the sink; look at what the tables hold.",
    ),
    "bad-input": ("infra.cli.bad_input", "command", "Try bad input beside a good camera and show what each came to."),
}


class LazyGroup(click.Group):
    """Imports a command's module when that command is run, so that `vigil --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vigil")
def vigil() -> None:
    """A city's unified video monitoring as a stream-processing system on Apache Kafka.

    Settings come from VIGIL_* environment variables, then vigil.toml; see infra/settings.py.

    \b
    Examples:
      vigil up                     start Kafka, registry, Triton and ClickHouse here
      vigil topics plan            show what `vigil topics apply` would change
      vigil cameras list --json    the registry, for programs
      vigil demo --keep            the whole chain, and leave it running
    """


def main() -> None:
    """Run the command line; errors that a person can act on are one sentence."""
    try:
        vigil(prog_name="vigil")
    except ConnectionError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except ValueError as error:
        # imported here alone, so that `vigil --help` answers at once
        sentence = importlib.import_module("infra.cli.settings_errors").settings_sentence(error)
        if sentence is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(1)
