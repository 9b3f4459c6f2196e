"""`vigil replay CASE`: what it says, and the status that it ends with."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli import vigil
from sinks.evidence import signing, verify
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.exhibit import EventSource, Material, make
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.lineage import NOWHERE, Lineage
from sinks.evidence.writer import EvidenceWriter
from tests.unit.infra.replay.test_recompute import played, violation

CHAIN = 150


def kept(folder: Path, change: Callable[[Lineage], Lineage | None]) -> None:
    """Keep a violation's evidence with a changed lineage, or with none."""
    chain = played(CHAIN)
    finding = violation(chain)
    lineage = change(chain.lineage(finding))
    value = chain.kept("violations", finding, 9).value
    source = EventSource("v.violations", "e" * 32, 1, 9, verify.sha256(value))
    key = signing.generate(folder / "key.pem")
    store = FolderStore(folder / "store")
    writer = EvidenceWriter(store, key, EvidenceLog(store, key, "one"))
    writer.publish_key()
    writer.write(make(Material(finding, source, [], [], [], {}, lineage), key.key_id))


def replay(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the command on the one case."""
    case = violation(played(CHAIN)).violation_id
    environment = {"VIGIL_EVIDENCE_STORE": str(folder / "store"), "VIGIL_EVIDENCE_KEY": str(folder / "key.pem")}
    done = CliRunner().invoke(vigil, ["replay", *(arguments or (case,))], env=environment)
    return done.exit_code, done.output


def test_the_same_finding_ends_with_0(tmp_path: Path) -> None:
    """In words, as JSON, and from an unblurred export, with neither Kafka nor a registry; a blurred one ends with 4."""
    kept(tmp_path, lambda lineage: lineage)
    case = violation(played(CHAIN)).violation_id
    assert replay(tmp_path)[0] == 0
    assert "The same finding, bit for bit." in replay(tmp_path)[1]
    said = json.loads(replay(tmp_path, case, "--json")[1])
    assert (said["same"], said["start"], said["status"]) == (True, "checkpoint", 0)
    whole, blurred = tmp_path / "whole.zip", tmp_path / "blurred.zip"
    environment = {"VIGIL_EVIDENCE_STORE": str(tmp_path / "store")}
    for target, options in ((whole, ["--unblurred", "x"]), (blurred, [])):
        arguments = ["evidence", "export", case, "--to", str(target), *options]
        assert CliRunner().invoke(vigil, arguments, env=environment).exit_code == 0
    assert replay(tmp_path, str(whole))[0] == 0
    status, text = replay(tmp_path, str(blurred))
    assert (status, "a blurred export has none" in text) == (4, True)
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(tmp_path / "case")
    (tmp_path / "case" / "lineage.json").write_bytes(b"{}")
    status, text = replay(tmp_path, str(tmp_path / "case"))
    assert (status, "not as it was signed" in text) == (1, True)


def test_a_difference_ends_with_2_and_names_the_field(tmp_path: Path) -> None:
    """One detection's boxes are three pixels wider."""
    chain = played(CHAIN)
    at = next(n for n, one in enumerate(chain.messages) if one.sequence == violation(chain).evidence[-1].sequence)
    wider = replace(chain.messages[at], box_x2_px=[x + 3.0 for x in chain.messages[at].box_x2_px])
    bent = chain.kept("detections", wider, at)

    def change(lineage: Lineage) -> Lineage:
        return replace(lineage, detections=[bent if one.offset == at else one for one in lineage.detections])

    kept(tmp_path, change)
    status, text = replay(tmp_path)
    assert status == 2
    assert "DIFFERS evidence[1].boxes_xyxy_px[2]: recorded" in text


def test_another_version_ends_with_3(tmp_path: Path) -> None:
    """Both versions are named; --anyway recomputes."""

    def change(lineage: Lineage) -> Lineage:
        return replace(lineage, stages=[replace(one, version="older/0") for one in lineage.stages])

    kept(tmp_path, change)
    status, text = replay(tmp_path)
    assert (status, "tracking 'older/0' made it" in text) == (3, True)
    assert replay(tmp_path, violation(played(CHAIN)).violation_id, "--anyway")[0] == 0


@pytest.mark.parametrize("how", ["no lineage", "no start"])
def test_what_the_evidence_does_not_keep_ends_with_4(tmp_path: Path, how: str) -> None:
    """A sentence says what is not there; a case that is not there is an error."""

    def change(lineage: Lineage) -> Lineage | None:
        if how == "no lineage":
            return None
        return replace(lineage, start=NOWHERE, note="no checkpoint of the camera is in the topic", detections=[])

    kept(tmp_path, change)
    status, text = replay(tmp_path)
    assert status == 4
    assert ("keeps no lineage.json" if how == "no lineage" else "no checkpoint of the camera") in text
    assert replay(tmp_path, "nothing")[0] == 1
