"""The alert rules: what promtool says of them, and that each leads to a section of the runbook and to real metrics."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from prometheus_client import CollectorRegistry

from infra.settings import ROOT
from processors.cases.deadlines.metrics import SchedulerMetrics
from processors.cases.law_watch import watch_law
from processors.cases.relay.metrics import RelayMetrics
from processors.leads.app import watch
from processors.leads.vehicle_table import VehicleTable
from processors.perception.metrics import PerceptionMetrics
from processors.stage.metrics import StageMetrics
from processors.violations.keys_watch import watch_keys
from processors.violations.metrics import ViolationMetrics
from schemas.codec import MessageCodec
from schemas.law import Law
from schemas.registry import FixedSchemaIds
from sinks.clickhouse.audit_metrics import AuditMetrics
from sinks.clickhouse.metrics import SinkMetrics
from sinks.evidence.metrics import EvidenceMetrics

FOLDER = ROOT / "infra" / "alerts"
RULES = tuple(FOLDER / f"{name}.rules.yml" for name in ("cases", "evidence", "leads", "sinks", "stages"))
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is missing: install the Debian package prometheus"
)


def rules() -> Mapping[str, str]:
    """Return the text of each rule by its name."""
    parts = [part for path in RULES for part in path.read_text(encoding="utf-8").split("\n      - alert: ")[1:]]
    return {part.partition("\n")[0]: part for part in parts}


@needs_promtool
@pytest.mark.parametrize(
    "arguments",
    [
        arguments
        for path in RULES
        for arguments in (
            ("check", "rules", str(path)),
            ("test", "rules", str(path.with_name(path.name.replace(".rules.", ".rules.test.")))),
        )
    ],
)
def test_promtool_agrees(arguments: Sequence[str]) -> None:
    """The rules are valid, and fire when and only when their tests say."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", rules())
def test_a_rule_says_what_to_do(name: str) -> None:
    """A severity, a summary, a description, and a section of the runbook that exists."""
    text = rules()[name]
    assert re.search(r"severity: (critical|warning)\}", text)
    assert re.search(r"^          summary: .{10,}", text, re.MULTILINE)
    description = re.search(r"description: >-\n((?: {12}.+\n)+)", text)
    assert description is not None
    assert len(description[1]) > 120
    link = re.search(r"runbook_url: ([\w./-]+)#([\w-]+)$", text, re.MULTILINE)
    assert link is not None
    titles = re.findall(r"^## (.+)$", (ROOT / link[1]).read_text(encoding="utf-8"), re.MULTILINE)
    assert link[2] in {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_rules_read_metrics_that_exist() -> None:
    """A renamed metric would make an alert that never fires."""
    known = set()
    violations = CollectorRegistry()
    ViolationMetrics(violations)
    cases = (RelayMetrics().registry, SchedulerMetrics().registry, violations)
    leads = StageMetrics("leads")
    stage = leads.registry
    watch_keys(leads, lambda: 1.0)
    watch_law(leads, Law.load(), lambda: date(2026, 1, 1))
    watch(VehicleTable(MessageCodec(FixedSchemaIds())), stage)
    PerceptionMetrics(stage)
    for registry in (*cases, stage, SinkMetrics().registry, AuditMetrics().registry, EvidenceMetrics().registry):
        for family in registry.collect():
            known |= {family.name, f"{family.name}_total"}
    text = "\n".join(path.read_text(encoding="utf-8") for path in RULES)
    used = set(re.findall(r"(?:vigil|perception)_\w+", text))
    assert used <= known
