"""`vigil chaos`: kill and disturb while data flows, and look at what the tables hold."""

import click

from infra.cli.chaos_chain import command as chain
from infra.cli.chaos_evidence import command as evidence
from infra.cli.chaos_sinks import command as sinks


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Kill and disturb while data flows, and look at what tables and evidence hold; see docs/chaos.md.

    \b
    Examples:
      vigil chaos chain --runs 3
      vigil chaos sinks --runs 200 --seed 1 --million
      vigil chaos evidence --events 1000 --kills 20 --seed 1
    """


command.add_command(chain, "chain")
command.add_command(sinks, "sinks")
command.add_command(evidence, "evidence")
