"""The sink as a process that is killed and started again."""

from pathlib import Path

from infra.chaos.sinks.sink_process import SinkProcess
from infra.settings import Settings


def test_a_pid_file_that_is_still_empty_names_no_process(tmp_path: Path) -> None:
    """A sink that is just being started is not there yet; looking at it then must not end the run."""
    sink = SinkProcess(Settings(data_dir=tmp_path), "a", tmp_path)
    assert sink.pid is None
    (tmp_path / "sink-a.pid").write_text("")
    assert sink.pid is None
    assert not sink.serves()
    (tmp_path / "sink-a.pid").write_text("42 1000\n")
    assert sink.pid == 42
