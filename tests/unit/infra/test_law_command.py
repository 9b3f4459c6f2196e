"""`vigil law`: tables for people, JSON for programs, sentences on errors, and a page that stays true."""

import json
import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from infra.cli.law import command
from infra.settings import ROOT

DATA: Final = ROOT / "schemas" / "law" / "data"


def vigil(*arguments: str) -> Result:
    """Run `vigil law ...`."""
    return CliRunner().invoke(command, list(arguments))


def folder(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """Return a copy of the data with one text in a file replaced."""
    copy = tmp_path / "law"
    shutil.copytree(DATA, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def test_check_shows_the_versions() -> None:
    """Four versions, which articles each priced anew, and what is uncertain."""
    said = vigil("check")
    assert said.exit_code == 0
    for part in ("2024-01-01", "Law 131-VIII", "592.3-1, 598, 602.1", "Law 257-VIII", "32 articles, 34 prices"):
        assert part in said.output
    found = json.loads(vigil("check", "--json").output)
    assert [one["from"] for one in found["versions"]] == ["2024-01-01", "2024-12-04", "2025-03-13", "2026-03-12"]
    assert found["mrp"][1] == {"from": "2020-04-01", "until": "2020-12-31", "kzt": 2778}


def test_check_warns_of_a_table_that_ends_soon() -> None:
    """Sixty days before, on stderr, with the table and what happens then; the check itself holds."""
    said = vigil("check", "--on", "2026-11-15")
    assert said.exit_code == 0
    assert "mrp.toml ends on 2026-12-31: after it no violation can be priced" in said.stderr
    assert vigil("check", "--on", "2026-06-01").stderr == ""
    found = json.loads(vigil("check", "--on", "2026-11-15", "--json").output)
    assert found["ends_soon"] == {"mrp": "2026-12-31", "calendar": "2026-12-31"}


def test_check_names_what_is_wrong_in_a_folder(tmp_path: Path) -> None:
    """Exit 1 and one sentence with file, entry, found, expected and cure."""
    said = vigil("check", "--folder", str(folder(tmp_path, "mrp.toml", "until = 2020-03-31", "until = 2020-03-30")))
    assert said.exit_code == 1
    assert said.output.startswith("Error: mrp.toml, [[mrp]] 2 (from 2020-04-01): found from 2020-04-01, while entry 1")
    assert "close the gap" in said.output


def test_diff_of_two_days_is_what_the_law_changed() -> None:
    """Law 131-VIII: the part from 60 km/h on, 598, and a warning for 602.1."""
    rows = {row["subject"]: row for row in json.loads(vigil("diff", "2024-12-03", "2024-12-04", "--json").output)}
    assert set(rows) == {
        "KoAP 592.3-1 first",
        "KoAP 592.3-1 repeat",
        "KoAP 592.3-1 by camera",
        "KoAP 598 first",
        "KoAP 598 repeat",
        "KoAP 602.1 first",
    }
    assert (rows["KoAP 592.3-1 first"]["before"], rows["KoAP 592.3-1 first"]["after_kzt"]) == (None, 147_680)
    assert rows["KoAP 602.1 first"]["after"] == "warning"
    assert vigil("diff", "2024-06-01", "2024-06-02").output == "No figure differs.\n"
    assert "KoAP 591 by camera" in vigil("diff", "2026-03-11", "2026-03-12").output


def test_diff_of_two_laws_joins_days_on_which_the_same_differs(tmp_path: Path) -> None:
    """A folder with another fine of 601, on all days, in KZT by each year's index."""
    other = folder(tmp_path, "schedules.toml", "first = { mrp = 3 }", "first = { mrp = 4 }")
    rows = json.loads(vigil("diff", "packaged", str(other), "--json").output)
    assert [(row["from"], row["until"], row["subject"], row["before_kzt"], row["after_kzt"]) for row in rows] == [
        ("2024-01-01", "2024-12-31", "KoAP 601 first", 11_076, 14_768),
        ("2025-01-01", "2025-12-31", "KoAP 601 first", 11_796, 15_728),
        ("2026-01-01", "2026-12-31", "KoAP 601 first", 12_975, 17_300),
    ]
    assert "14,768" in vigil("diff", "packaged", str(other)).output


def test_diff_takes_a_tariff(tmp_path: Path) -> None:
    """What is let off with the discount, on all days."""
    tariff = tmp_path / "other.toml"
    tariff.write_text('[tariff]\nname = "x"\n[discount]\npercent = 25\n', encoding="utf-8")
    rows = json.loads(vigil("diff", "packaged", str(tariff), "--json").output)
    assert [(row["subject"], row["before"], row["after"]) for row in rows] == [("discount", "50 %", "25 %")]


def test_explain_answers_programs() -> None:
    """Facts and text as JSON."""
    found = json.loads(vigil("explain", "--article", "607", "--offence-on", "2024-06-15", "--json").output)
    assert found["sanction"]["amount_kzt"] == 73_840
    assert found["liability_until"] == "2024-08-15"
    assert len(found["text"]) == 3


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["explain"], 2, "name a CASE, or --offence-on"),
        (["explain", "--offence-on", "2024-06-15"], 1, "found neither an article nor a speed"),
        (["explain", "--offence-on", "2024-06-15", "--measured", "80"], 2, "--measured and --limit go together"),
        (["explain", "case", "--article", "599"], 2, "name a CASE alone"),
        (["explain", "--offence-on", "2024-06-15", "--article", "1"], 1, "found no article 'KoAP 1'"),
        (["diff", "2024-12-03", "packaged"], 2, "name two days, or two laws"),
        (["diff", "packaged", "nowhere"], 2, "'nowhere' is no day"),
        (["diff", "2019-01-01", "2024-06-15"], 1, "found no version of the schedule for 2019-01-01"),
    ],
)
def test_errors_are_sentences(arguments: list[str], status: int, says: str) -> None:
    """Each says what was found and what to do."""
    said = vigil(*arguments)
    assert said.exit_code == status
    assert says in said.output


def test_the_pages_explanations_are_the_laws(tmp_path: Path) -> None:
    """docs/law.md holds at least ten, in three languages, each as its command answers; a changed one is found."""
    page = ROOT / "docs" / "law.md"
    said = vigil("examples", "--check")
    assert said.exit_code == 0, said.output
    assert int(said.output.split()[0]) >= 10
    text = page.read_text(encoding="utf-8")
    assert text.count("--language kk") >= 3
    assert text.count("--language ru") >= 3
    other = tmp_path / "law.md"
    other.write_text(text.replace("= 36,920 KZT", "= 36,921 KZT"), encoding="utf-8")
    assert vigil("examples", "--check", "--out", str(other)).exit_code == 1
    assert vigil("examples", "--out", str(other)).exit_code == 0
    assert other.read_text(encoding="utf-8") == text
