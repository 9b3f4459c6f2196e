"""docs/rules.md, the operator's page, says what the code does: every rule, every setting, every default."""

import importlib
import re
from dataclasses import fields
from pathlib import Path

import pytest

from processors.incidents import rules as incident_rules
from processors.rules.rule import discover
from processors.violations import rules as violation_rules

PAGE = Path(__file__).parents[4] / "docs" / "rules.md"
RULES = {rule.kind: rule for package in (incident_rules, violation_rules) for rule in discover(package)}
ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+|inf) \|", re.MULTILINE)


def sections() -> dict[str, str]:
    """Return the page's text on each rule."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if part.partition(":")[0] in RULES}


def test_every_rule_has_its_section() -> None:
    """In whatever order."""
    assert set(sections()) == set(RULES)


@pytest.mark.parametrize("kind", RULES)
def test_settings_and_defaults_are_the_codes(kind: str) -> None:
    """All of them, in the code's order."""
    rule = type(RULES[kind])
    settings = getattr(rule, "defaults", None) or importlib.import_module(rule.__module__).Settings
    said = [(name, float(value)) for name, value in ROW.findall(sections()[kind])]
    assert said == [(field.name, field.default) for field in fields(settings)]
