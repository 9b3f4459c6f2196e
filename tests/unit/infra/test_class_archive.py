"""Java's servers start with an archive of their classes where there is one."""

from pathlib import Path

import pytest

from infra.local import kafka, registry
from infra.local.child import ChildSpec
from infra.local.class_archive import archive_file
from infra.settings import Settings
from infra.setup.class_archives import archiving


def arguments(settings: Settings, server: str) -> list[str]:
    """Return a server's command line."""
    spec = kafka.spec(settings, settings.data_dir) if server == "kafka" else registry.spec(settings)
    return list(spec.argv)


@pytest.mark.parametrize("server", ["kafka", "registry"])
def test_a_server_uses_its_archive_where_there_is_one(tmp_path: Path, server: str) -> None:
    """Without it the JVM is told of none: it would warn at each start."""
    settings = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")
    assert not [word for word in arguments(settings, server) if "SharedArchiveFile" in word]
    archive = archive_file(settings.cache_dir, server)
    archive.parent.mkdir(parents=True)
    archive.touch()
    assert f"-XX:SharedArchiveFile={archive}" in arguments(settings, server)


def test_a_server_that_does_not_serve_is_named_with_its_log(tmp_path: Path) -> None:
    """Set-up says what could not be archived; the process is gone."""
    program = tmp_path / "server"
    program.write_text("#!/bin/sh\necho no such jar\nexit 1\n")
    program.chmod(0o755)
    spec = ChildSpec("kafka", [str(program)], ready=lambda: False)
    with (
        pytest.raises(RuntimeError, match="kafka did not serve: no such jar"),
        archiving(spec, tmp_path / "kafka.jsa", tmp_path / "log"),
    ):
        pytest.fail("it never served")
