"""`vigil chaos chain` names its targets, `vigil chaos sinks` its seeds, and both refuse what cannot be."""

from click.testing import CliRunner

from infra.chaos.targets import TARGETS
from infra.cli.chaos_chain import command
from infra.cli.chaos_sinks import command as sinks


def test_help_names_every_target() -> None:
    """Who reads the help knows what --only takes, and sees examples."""
    done = CliRunner().invoke(command, ["--help"])
    assert done.exit_code == 0
    assert all(name in done.output for name in TARGETS)
    assert "Examples:" in done.output


def test_an_unknown_target_is_refused() -> None:
    """Before anything is started."""
    done = CliRunner().invoke(command, ["--only", "zookeeper"])
    assert done.exit_code == 2
    assert "zookeeper" in done.output


def test_no_run_at_all_is_refused() -> None:
    """Nothing disturbed is no exercise."""
    assert CliRunner().invoke(command, ["--runs", "0"]).exit_code == 2
    assert CliRunner().invoke(sinks, ["--runs", "0"]).exit_code == 2


def test_too_much_poison_is_refused() -> None:
    """Before anything is started or removed."""
    done = CliRunner().invoke(sinks, ["--messages", "100", "--poisonous", "51"])
    assert done.exit_code == 2
    assert "more than half" in done.output
