"""Of which leads anything is kept."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.settings import Settings
from schemas.messages import LeadKind
from sinks.evidence.app import evidence_settings
from sinks.evidence.settings import EvidenceSettings, LeftOut
from tests.unit.sinks.evidence.findings import EPOCH_US, camera_frames, evidence, lead

WANTED = lead([evidence("peak", camera_frames()[0], 0)])
NOW_S = EPOCH_US / 1e6


def test_a_kind_that_is_not_asked_for_and_one_without_frames_are_left_out() -> None:
    """Frames are kept for a day: a sink that reads the topic for the first time makes no months of empty cases."""
    settings = EvidenceSettings("", "", "", "", Path(), "a", lead_kinds=frozenset({LeadKind.WANTED}))
    assert settings.leaves_out(WANTED, NOW_S + 3_600) is None
    assert settings.leaves_out(WANTED, NOW_S + 24 * 3_600) is None
    assert settings.leaves_out(WANTED, NOW_S + 24 * 3_600 + 1) is LeftOut.FRAMES_GONE
    assert settings.leaves_out(replace(WANTED, kind=LeadKind.NO_INSURANCE), NOW_S) is LeftOut.KIND


def test_the_kinds_are_named_in_one_setting() -> None:
    """All by default, none where it is empty; a name that is no kind is refused before anything starts."""
    assert evidence_settings(Settings()).lead_kinds == frozenset(LeadKind)
    assert evidence_settings(Settings(evidence_leads="")).lead_kinds == frozenset()
    assert evidence_settings(Settings(evidence_leads="WANTED FALSE_PLATE")).lead_kinds == {
        LeadKind.WANTED, LeadKind.FALSE_PLATE
    }  # fmt: skip
    with pytest.raises(ValidationError, match="found STOLEN; expected some of NO_INSPECTION NO_INSURANCE"):
        Settings(evidence_leads="WANTED STOLEN")
