"""Shards and the digest: any split of the cameras gives the same messages, in one order."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from producers.simulator.camera_datums import CameraDatums
from producers.simulator.camera_messages import CameraMessages
from producers.simulator.city import City, build_city
from producers.simulator.city_clock import START_US
from producers.simulator.city_message import CityMessage
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.run.outlet import Encoder
from producers.simulator.run.spool import Spool, digest
from producers.simulator.shard import RunPlan, Shard, shares_of
from producers.simulator.traffic.conveyor import Conveyor
from schemas.codec import encode_datum
from schemas.messages import Detections, TruthTracks

PLAN = RunPlan(START_US, 45, 20.0)


@pytest.fixture(scope="module")
def city() -> City:
    """A small city of several sites."""
    return build_city(101, 20)


def made(
    city: City, sites: Sequence[int], writer: type[CameraDatums] | type[CameraMessages] = CameraMessages
) -> list[CityMessage]:
    """Return all messages of some sites."""
    traffic, shard = Conveyor(city, START_US), Shard(city, sites, PLAN, NoiseModel.load(), writer)
    shard.begin(traffic.second())
    out = list(shard.registry())
    for _ in range(PLAN.seconds):
        out += shard.second(traffic.second())
    return out


@pytest.fixture(scope="module")
def whole(city: City) -> list[CityMessage]:
    """The messages of the city in one shard."""
    return made(city, range(len(city.sites)))


def test_registry_entries_are_of_the_runs_begin(city: City) -> None:
    """ClickHouse refuses an entry whose time is no time: the run's begin is when the city's entries were made."""
    entries = list(Shard(city, range(len(city.sites)), PLAN, NoiseModel.load()).registry())
    assert [entry.message.updated_at_us for entry in entries] == [START_US] * len(city.cameras)


def test_any_split_gives_the_same_messages(city: City, whole: list[CityMessage]) -> None:
    """One shard and three shards make equal messages for every topic and key, in the same order."""

    def by_key(messages: Sequence[CityMessage]) -> dict[Any, list[Any]]:
        out = defaultdict(list)
        for message in messages:
            out[message.topic, message.key].append((message.at_us, message.message))
        return out

    parts = [made(city, share) for share in shares_of(city, 3)]
    assert all(parts)
    assert by_key([message for part in parts for message in part]) == by_key(whole)


def test_shares_split_no_site_and_lose_none(city: City) -> None:
    """Each site is in exactly one share."""
    for processes in (1, 2, 3, 4):
        shares = shares_of(city, processes)
        assert len(shares) == processes
        assert sorted(site for share in shares for site in share) == list(range(len(city.sites)))


def test_detections_and_truth_are_of_the_same_seconds(city: City, whole: list[CityMessage]) -> None:
    """Each camera has both in every second, with the same frames; found boxes lie in the picture, and most are true."""
    detections = {(m.key, m.message.sequence): m.message for m in whole if m.topic == "detections"}
    truth = {(m.key, m.message.sequence): m.message for m in whole if m.topic == "truth-tracks"}
    assert detections.keys() == truth.keys()
    assert len(detections) == len(city.cameras) * PLAN.seconds
    boxes = true = 0
    for name, found in detections.items():
        assert isinstance(found, Detections)
        assert isinstance(truth[name], TruthTracks)
        assert found.sample_at_us == truth[name].sample_at_us
        assert all(0 <= a < b <= 1920 for a, b in zip(found.box_x1_px, found.box_x2_px, strict=True))
        assert all(read.box < len(found.box_class) for read in found.plates)
        boxes += len(found.box_class)
        true += len(truth[name].box_actor)
    assert 0.3 * true < boxes < 1.5 * true
    assert any(found.plates for found in detections.values())
    assert any(found.signals for found in detections.values())


def test_datums_from_arrays_are_those_of_the_reference_encoder(city: City, whole: list[CityMessage]) -> None:
    """What a run sends is byte for byte what fastavro writes of the messages; plates and signals are among them."""
    straight = made(city, range(len(city.sites)), CameraDatums)
    assert [m[:3] for m in straight] == [m[:3] for m in whole]
    for sent, message in zip(straight, whole, strict=True):
        if message.topic in {"detections", "truth-tracks"}:
            assert sent.datum == encode_datum(message.topic, message.message)
        else:
            assert sent == message


def test_the_digest_is_of_topic_key_time_ordinal(whole: list[CityMessage], tmp_path: Path) -> None:
    """It is the SHA-256 of the datums in that order, however spread over spools; one changed bit changes it."""
    encoder = Encoder()
    datums = [(m, encoder.datum(m)) for m in whole]
    order = sorted(range(len(datums)), key=lambda n: (datums[n][0].topic, datums[n][0].key, datums[n][0].at_us, n))
    expected = hashlib.sha256(b"".join(datums[n][1] for n in order)).hexdigest()
    spools = [Spool(tmp_path / f"{n}") for n in range(3)]
    for message, datum in datums:
        spools[sum(message.key.encode()) % 3].put(message, datum)
    found, counts = digest([spool.close() for spool in spools])
    assert found == expected
    assert counts["detections"][0] == sum(m.topic == "detections" for m in whole)
    other = Spool(tmp_path / "other")
    for n, (message, datum) in enumerate(datums):
        other.put(message, datum if n else bytes([datum[0] ^ 1]) + datum[1:])
    assert digest([other.close()])[0] != expected


def test_a_key_from_two_processes_has_no_order(whole: list[CityMessage], tmp_path: Path) -> None:
    """Datums of one topic and key in two spools are refused rather than put in some order."""
    spools = [Spool(tmp_path / name) for name in "ab"]
    for spool in spools:
        spool.put(whole[0], b"x")
    with pytest.raises(ValueError, match=rf"{whole[0].key} was written by two processes"):
        digest([spool.close() for spool in spools])
