"""Java's servers start with an archive of their classes where there is one."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra import topics
from infra.local import kafka, registry
from infra.local.child import ChildSpec
from infra.local.class_archive import archive_file
from infra.settings import ROOT, Settings
from infra.setup import __main__ as setup
from infra.setup import class_archives
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


def test_an_operators_settings_do_not_reach_set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All interfaces, a user at the brokers, the city's topics: set where they may be, they are not for it."""
    (tmp_path / "vigil.toml").write_text('topic_profile = "city"\nclickhouse_url = "http://tables"\nstrange = 1\n')
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOST": "0.0.0.0",
        "KAFKA_USER": "stage",
        "KAFKA_CA": "/etc/ca.pem",
        "BOOTSTRAP": "kafka:9092",
        "REGISTRY_URL": "https://registry",
        "CACHE_DIR": str(tmp_path),
        "KAFKA_SESSION_MS": "soon",
    }.items():
        monkeypatch.setenv(f"VIGIL_{name}", value)
    settings = class_archives.own_settings(tmp_path)
    assert settings.host == "127.0.0.1"
    assert settings.kafka_security == {}
    assert settings.topic_profile == "local"
    assert settings.cache_dir == ROOT / ".cache"
    assert settings.bootstrap_servers == f"127.0.0.1:{settings.kafka_port}"
    assert settings.schema_registry_url.startswith(f"http://127.0.0.1:{settings.registry_port}/")
    assert "0.0.0.0" not in kafka.properties(settings, tmp_path)


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the .cache of an empty checkout whose servers write archives without being started."""

    @contextmanager
    def at_once(_server: ChildSpec, archive: Path, log: Path) -> Iterator[None]:
        log.write_text("stopped\n")
        yield
        archive.write_text("classes")

    monkeypatch.setattr(class_archives, "ROOT", tmp_path)
    monkeypatch.setattr(class_archives, "archiving", at_once)
    monkeypatch.setattr(topics, "apply", lambda _settings: None)
    (tmp_path / ".cache").mkdir()
    return tmp_path / ".cache"


def test_archives_are_all_there_or_none(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    """A failure at any place leaves no folder, for set-up takes the folder for the whole, and no traceback."""
    assert class_archives.main() == 0
    assert sorted(path.name for path in (checkout / "classes").iterdir()) == ["kafka.jsa", "registry.jsa"]

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    for place, name in ((topics, "apply"), (Path, "mkdir"), (Path, "rename")):
        with monkeypatch.context() as one:
            one.setattr(place, name, full)
            assert class_archives.main() == 1, name
        assert list(checkout.iterdir()) == [], name


def test_a_server_that_writes_no_archive_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some JVMs end well and write none."""
    monkeypatch.setattr(class_archives, "SERVERS", ("kafka", "other"))
    (checkout / "classes").mkdir()
    monkeypatch.setattr(class_archives, "_end", lambda log: f"see {log.name}")
    assert class_archives.main() == 1
    assert "other left no archive: see other.log" in capsys.readouterr().out
    assert list(checkout.iterdir()) == []


def test_set_up_goes_on_without_archives_and_tries_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slow start or a full disk once is no stamp: the next set-up makes them, and the one after does nothing."""
    tries = []

    def run(_arguments: Sequence[str], log: str) -> None:
        tries.append(log)
        if len(tries) == 1:
            raise setup.SetupError("kafka did not serve")
        (tmp_path / "classes").mkdir()

    monkeypatch.setattr(setup, "CACHE", tmp_path)
    monkeypatch.setattr(setup, "run", run)
    setup.class_archives()
    said = capsys.readouterr().out
    assert "kafka did not serve" in said
    assert "the next set-up tries again" in said
    setup.class_archives()
    setup.class_archives()
    assert tries == ["class-archives"] * 2
