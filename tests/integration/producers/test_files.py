"""File cameras into a real `frames`: accounted for, repeated exactly, and refused with a sentence."""

import socket
from pathlib import Path

import pytest

from producers.app import run_producers
from schemas.messages import CameraStatus, ClockSource, ErrorClass
from tests.integration.producers.clips import clip, expected_groups, sound
from tests.integration.producers.conftest import START_US, Cluster, Running, wait_until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("codec", "suffix"), [("libx264", "mp4"), ("libx265", "ts"), ("mjpeg", "avi")])
def test_every_packet_of_a_file_is_in_frames_once_and_a_second_run_adds_nothing(
    cluster: Cluster, clips: Path, codec: str, suffix: str
) -> None:
    """H.264, HEVC and MJPEG: the camera's own bytes, contiguous, timed from the declared start; then ENDED."""
    path = clip(clips / f"{codec}.{suffix}", codec, seconds=3)
    camera = f"FILE-{codec}"
    cluster.register(camera, path.as_uri())
    for _ in range(2):
        assert run_producers(cluster.settings, cluster.ids, pace="max", cameras=[camera], exit_when_done=True) == 0
        found, expected = cluster.frames(camera), expected_groups(path)
        assert len(found) == len(expected) >= 3
        for message, group in zip(found, expected, strict=True):
            assert (message.epoch_us, message.sequence) == (START_US, group.sequence)
            assert message.captured_at_us == START_US + group.offset_us
            assert message.clock_source is ClockSource.FILE
            assert [p.data for p in message.packets] == [p.data for p in group.packets]
    last = cluster.health(camera)[-1]
    assert last.status is CameraStatus.ENDED
    assert last.error is None


def test_a_killed_file_producer_goes_on_where_frames_ends(cluster: Cluster, clips: Path) -> None:
    """Kill -9 in the middle, start again: the ids and bytes of an undisturbed run, none missing, none another."""
    path = clip(clips / "killed.mp4", seconds=12)
    cluster.register("KILLED", path.as_uri())
    process = cluster.process("run", "producers", "--camera", "KILLED", "--exit-when-done")
    wait_until("frames before the kill", lambda: len(cluster.frames("KILLED")) >= 2)
    process.kill()
    process.communicate()
    held = len(cluster.frames("KILLED"))
    expected = expected_groups(path)
    assert held < len(expected)
    again = cluster.process("run", "producers", "--camera", "KILLED", "--exit-when-done", "--pace", "max")
    output, _ = again.communicate(timeout=60)
    assert again.returncode == 0, output
    found = {(m.epoch_us, m.sequence): m for m in cluster.frames("KILLED")}
    assert sorted(found) == [(START_US, g.sequence) for g in expected]
    for group in expected:
        message = found[START_US, group.sequence]
        assert [p.data for p in message.packets] == [p.data for p in group.packets]


def test_bad_sources_are_each_told_in_a_sentence_and_disturb_no_other(cluster: Cluster, clips: Path) -> None:
    """Every kind of bad input beside a good camera: a clear reason in camera-health, the good one delivered whole."""
    whole = clip(clips / "whole.mp4", seconds=6)
    stream = clip(clips / "stream.mkv", seconds=6)
    (clips / "cut.mp4").write_bytes(whole.read_bytes()[:-2_000])
    (clips / "cut.mkv").write_bytes(stream.read_bytes()[: len(stream.read_bytes()) // 2])
    (clips / "zero.mp4").write_bytes(b"")
    (clips / "text.mp4").write_text("nothing to see here\n" * 500)
    (clips / "playlist.mp4").write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    bad = {
        "B-CUT-MP4": ((clips / "cut.mp4").as_uri(), CameraStatus.REJECTED, "damaged, cut short"),
        "B-CUT-MKV": ((clips / "cut.mkv").as_uri(), CameraStatus.ENDED, "it is cut short"),
        "B-ZERO": ((clips / "zero.mp4").as_uri(), CameraStatus.REJECTED, "is empty (0 bytes)"),
        "B-TEXT": ((clips / "text.mp4").as_uri(), CameraStatus.REJECTED, "not a video that can be read"),
        "B-PLAYLIST": ((clips / "playlist.mp4").as_uri(), CameraStatus.REJECTED, "not a video that can be read"),
        "B-ABSENT": ((clips / "absent.mp4").as_uri(), CameraStatus.REJECTED, "does not exist"),
        "B-SOUND": (sound(clips / "sound.wav").as_uri(), CameraStatus.REJECTED, "no video: only audio"),
        "B-CODEC": (clip(clips / "old.avi", "mpeg4", seconds=1).as_uri(), CameraStatus.REJECTED, "the video is mpeg4"),
        "B-8K": (
            clip(clips / "8k.avi", "mjpeg", seconds=0.1, size=(7680, 4320)).as_uri(),
            CameraStatus.REJECTED,
            "7680x4320, above the limit",
        ),
        "B-REFUSED": (f"rtsp://127.0.0.1:{port}/x", CameraStatus.DOWN, "Connection refused"),
    }
    cluster.register("B-GOOD", whole.as_uri())
    for camera, (uri, _, _) in bad.items():
        cluster.register(camera, uri)
    cameras = ["B-GOOD", *bad]
    assert run_producers(cluster.settings, cluster.ids, pace="max", cameras=cameras, exit_when_done=True) == 1
    assert len(cluster.frames("B-GOOD")) == len(expected_groups(whole))
    assert cluster.health("B-GOOD")[-1].status is CameraStatus.ENDED
    for camera, (_, status, sentence) in bad.items():
        reports = [h for h in cluster.health(camera) if h.status is status]
        assert reports, camera
        assert sentence in (reports[-1].error or ""), (camera, reports[-1].error)


def test_a_packet_above_the_limit_is_a_dead_letter_and_a_sentence(cluster: Cluster, clips: Path) -> None:
    """Pictures that no message can hold are reported one by one; the camera is told what to change."""
    path = clip(clips / "large.avi", "mjpeg", seconds=0.2, size=(1600, 1200), noise=True)
    cluster.register("LARGE", path.as_uri())
    assert run_producers(cluster.settings, cluster.ids, pace="max", cameras=["LARGE"], exit_when_done=True) == 1
    letters = cluster.messages("dead-letters", "LARGE")
    assert [letter.error_class for letter in letters] == [ErrorClass.TOO_LARGE] * 2
    assert "LARGE" in letters[0].error
    assert cluster.frames("LARGE") == []
    last = cluster.health("LARGE")[-1]
    assert last.status is CameraStatus.REJECTED
    assert "lower the camera's bitrate" in (last.error or "")


def test_an_entry_that_changes_restarts_or_stops_its_camera_only(cluster: Cluster, clips: Path) -> None:
    """While both play, one is taken out of service, then put back: it goes on; the other never notices."""
    path = clip(clips / "long.mp4", seconds=25)
    for camera in ("C-STAYS", "C-CHANGES"):
        cluster.register(camera, path.as_uri())
    with Running(cluster, ["C-STAYS", "C-CHANGES"]):
        wait_until("both stream", lambda: all(len(cluster.frames(c)) > 1 for c in ("C-STAYS", "C-CHANGES")))
        cluster.register("C-CHANGES", path.as_uri(), version=2, enabled=False)
        count = len(cluster.frames("C-STAYS"))
        wait_until("the other goes on", lambda: len(cluster.frames("C-STAYS")) > count + 3)
        held = len(cluster.frames("C-CHANGES"))
        count = len(cluster.frames("C-STAYS"))
        wait_until("the other goes on", lambda: len(cluster.frames("C-STAYS")) > count + 1)
        assert len(cluster.frames("C-CHANGES")) == held
        cluster.register("C-CHANGES", path.as_uri(), version=3)
        wait_until("it goes on", lambda: len(cluster.frames("C-CHANGES")) > held + 1)
    for camera in ("C-STAYS", "C-CHANGES"):
        numbers = [m.sequence for m in cluster.frames(camera)]
        assert numbers == list(range(len(numbers)))
    assert {h.reconnects for h in cluster.health("C-STAYS")} == {0}
