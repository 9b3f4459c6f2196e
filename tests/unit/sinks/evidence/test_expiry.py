"""Evidence goes when its term is over, and what went is on record."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner

from infra.cli.evidence import command
from infra.cli.retention_log import LOG
from infra.retention.destruction_log import EXPIRED, EXPIRING, DestructionLog
from infra.retention.evidence_rules import EvidenceRule, EvidenceRules
from infra.retention.retention_rules import RetentionError, RetentionRules
from schemas.topics import catalogue
from sinks.evidence.expiry import DAY_US, FROM, expired, lifecycle, remove_expired
from sinks.evidence.folder_store import FolderStore

NOW_US = 1_790_000_000_000_000
TODAY = date(2026, 9, 21)
RULES = EvidenceRules.load()
#: Too old by a microsecond, by topic.
OVER_US = {topic: NOW_US - RULES.keep_days(topic, TODAY) * DAY_US - 1 for topic in ("incidents", "violations", "leads")}
OLD_US = OVER_US["leads"]


def put_case(store: FolderStore, topic: str, event_id: str, at_us: int) -> None:
    """Write a case with one file, as the sink leaves it."""
    store.put(f"{topic}/{event_id}/files/ab.jpg", b"picture")
    manifest = {"event": {"message": {FROM[topic]: at_us}}}
    store.put(f"{topic}/{event_id}/0001/manifest.json", json.dumps(manifest).encode())


def aged(root: Path, folder: str) -> None:
    """Let a folder and all below it be older than leads are kept."""
    for path in (root / folder, *(root / folder).rglob("*")):
        os.utime(path, ns=(OLD_US * 1000, OLD_US * 1000))


@pytest.mark.parametrize(("topic", "days"), [("leads", 92), ("incidents", 365), ("violations", 730)])
def test_evidence_expires_by_the_time_of_its_event(tmp_path: Path, topic: str, days: int) -> None:
    """By the term of its topic, and to the microsecond; whenever the files were written."""
    store = FolderStore(tmp_path)
    put_case(store, topic, "old", OVER_US[topic])
    put_case(store, topic, "young", OVER_US[topic] + 1)
    aged(tmp_path, f"{topic}/young")
    assert RULES.keep_days(topic, TODAY) == days
    assert expired(store, RULES, NOW_US) == [f"{topic}/old/"]


def test_an_incident_is_kept_from_its_last_revision_on(tmp_path: Path) -> None:
    """Each revision has evidence of its own; all go together."""
    store = FolderStore(tmp_path)
    put_case(store, "incidents", "long", OVER_US["incidents"])
    assert expired(store, RULES, NOW_US) == ["incidents/long/"]
    later = {"event": {"message": {"updated_at_us": OVER_US["incidents"] + 1}}}
    store.put("incidents/long/0002/manifest.json", json.dumps(later).encode())
    assert expired(store, RULES, NOW_US) == []


def test_no_picture_outlives_the_key_of_its_plate() -> None:
    """A term longer than the shortest of a key's is refused; the shipped ones allow each lock that the sink takes."""
    keys = RetentionRules.load()
    ones = [EvidenceRule(topic, date(2024, 1, 1), 100, "s") for topic in OVER_US]
    EvidenceRules(ones, keys)
    long = EvidenceRule("violations", date(2026, 1, 1), keys.shortest_days + 1, "s")
    with pytest.raises(RetentionError, match=r"evidence of violations from 2026-01-01 on .* 1 to 1104"):
        EvidenceRules([*ones, long], keys)
    for topic in OVER_US:
        assert RULES.keep_days(topic, TODAY) >= catalogue().topics[topic].retention_hours // 24


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([], "how long evidence of incidents is kept"),
        ([{"topic": "tracks", "from": date(2024, 1, 1), "keep_days": 1, "source": "s"}], "'tracks'; expected one of"),
        ([{"topic": "leads", "from": date(2024, 1, 1), "keep_days": 0, "source": "s"}], "expected 1 to 1104"),
        ([{"topic": "leads", "from": date(2024, 1, 1)}], "keep_days"),
        ([{"topic": topic, "from": date(2024, 1, 1), "keep_days": 9, "source": "s"} for topic in OVER_US] * 2,
         "two rules of evidence of incidents"),
    ],
)  # fmt: skip
def test_bad_rules_of_evidence_are_refused(rows: list[dict[str, object]], complaint: str) -> None:
    """With what was found and what was expected."""
    with pytest.raises(RetentionError, match=complaint):
        EvidenceRules.of({"rule": rows}, RetentionRules.load())


def test_a_new_term_holds_for_events_from_its_day_on() -> None:
    """Older ones keep theirs; a bucket's lifecycle, which knows no dates, has the longest while it can be needed."""
    ones = [EvidenceRule(topic, date(2024, 1, 1), 100, "s") for topic in OVER_US]
    rules = EvidenceRules([*ones, EvidenceRule("leads", date(2025, 1, 1), 10, "s")], RetentionRules.load())
    assert [rules.keep_days("leads", day) for day in (date(2023, 1, 1), date(2024, 12, 31), date(2025, 1, 1))] == [
        100, 100, 10,
    ]  # fmt: skip
    assert [rules.longest_days("leads", day) for day in (date(2025, 4, 11), date(2025, 4, 12))] == [100, 10]


def test_a_bucket_is_told_each_topics_term() -> None:
    """Below the store's prefix; versions that are no longer current go too."""
    made = lifecycle("vigil", {"leads": 92, "violations": 730})["Rules"]
    assert [(rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) for rule in made] == [
        ("vigil/leads/", 92),
        ("vigil/violations/", 730),
    ]
    assert {rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in made} == {1}
    assert lifecycle("", {"leads": 92})["Rules"][0]["Filter"]["Prefix"] == "leads/"
    said = CliRunner().invoke(command, ["expire", "--lifecycle"], env={"VIGIL_EVIDENCE_STORE": "s3://bucket/vigil"})
    assert [rule["Expiration"]["Days"] for rule in json.loads(said.output)["Rules"]] == [365, 730, 92]


def test_what_was_removed_is_on_record(tmp_path: Path) -> None:
    """Before and after, by topic; a dry run and a run that finds nothing write nothing."""
    store = FolderStore(tmp_path / "evidence")
    put_case(store, "violations", "old", 1_600_000_000_000_000)
    put_case(store, "leads", "old", 1_600_000_000_000_000)
    log = DestructionLog(tmp_path / LOG)
    environment = {"VIGIL_EVIDENCE_STORE": str(tmp_path / "evidence"), "VIGIL_RETENTION_LOG": str(log.path)}

    def run(*options: str) -> dict[str, object]:
        done = CliRunner().invoke(command, ["expire", "--json", *options], env=environment)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout))

    assert (run("--dry-run")["expired"], log.entries()) == (2, ())
    assert run("--by", "night")["removed"] == 2
    assert run()["removed"] == 0
    before, after = log.entries()
    assert [(one.step, one.by) for one in (before, after)] == [(EXPIRING, "night"), (EXPIRED, "night")]
    assert before.facts == after.facts
    assert after.facts["rows"] == {"evidence of violations": 1, "evidence of leads": 1}
    assert store.names("") == []


def test_nothing_goes_without_a_record(tmp_path: Path) -> None:
    """Where the log cannot be written the pictures stay, and the command says what to do."""
    store = FolderStore(tmp_path / "evidence")
    put_case(store, "leads", "old", 1_600_000_000_000_000)
    environment = {"VIGIL_EVIDENCE_STORE": str(tmp_path / "evidence"), "VIGIL_RETENTION_LOG": str(tmp_path)}
    done = CliRunner().invoke(command, ["expire"], env=environment)
    assert done.exit_code == 1
    assert "name another file in VIGIL_RETENTION_LOG" in done.output
    assert store.folders("leads/") == ["leads/old/"]


def test_what_has_no_manifest_expires_by_when_it_was_written(tmp_path: Path) -> None:
    """A sink that was killed for good left files without one; a damaged manifest tells nothing either."""
    store = FolderStore(tmp_path)
    for name in ("left", "damaged", "growing"):
        store.put(f"leads/{name}/files/ab.jpg", b"picture")
    store.put("leads/damaged/0001/manifest.json", b"{")
    for name in ("left", "damaged"):
        aged(tmp_path, f"leads/{name}")
    os.utime(tmp_path / "leads/growing/files/ab.jpg", ns=(NOW_US * 1000, NOW_US * 1000))
    assert expired(store, RULES, NOW_US) == ["leads/damaged/", "leads/left/"]


def test_what_is_removed_is_gone_whole(tmp_path: Path) -> None:
    """A folder leaves its name before its files go, so that nobody finds half a case."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "one", OLD_US)
    put_case(store, "leads", "two", NOW_US)
    assert remove_expired(store, RULES, ["leads/one/"], NOW_US) == ["leads/one/"]
    assert store.folders("leads/") == ["leads/two/"]
    assert list((tmp_path / ".part").iterdir()) == []


def test_what_a_killed_removal_left_goes_with_the_next_run(tmp_path: Path) -> None:
    """Also where that run finds no lead to remove: pictures would else stay for ever, without a name."""
    store = FolderStore(tmp_path)
    put_case(store, "leads", "one", OLD_US)
    (tmp_path / "leads/one").rename(tmp_path / ".part/going.killed")
    assert expired(store, RULES, NOW_US) == []
    assert remove_expired(store, RULES, [], NOW_US) == []
    assert list((tmp_path / ".part").iterdir()) == []


def test_a_lead_that_is_being_written_stays(tmp_path: Path) -> None:
    """The sink makes the folder, then the file, then gives the file its name: an empty folder is as old as itself."""
    store = FolderStore(tmp_path)
    for name in ("begun", "left"):
        (tmp_path / "leads" / name / "files").mkdir(parents=True)
        os.utime(tmp_path / "leads" / name, ns=(NOW_US * 1000, NOW_US * 1000))
    aged(tmp_path, "leads/left")
    assert expired(store, RULES, NOW_US) == ["leads/left/"]


def test_a_folder_is_looked_at_again_just_before_it_goes(tmp_path: Path) -> None:
    """Thousands of others may be removed between the two looks, and a sink writes meanwhile."""
    store = FolderStore(tmp_path)
    for name in ("one", "two"):
        store.put(f"leads/{name}/files/ab.jpg", b"picture")
        aged(tmp_path, f"leads/{name}")
    found = expired(store, RULES, NOW_US)
    os.utime(tmp_path / "leads/two", ns=(NOW_US * 1000, NOW_US * 1000))
    assert found == ["leads/one/", "leads/two/"]
    assert remove_expired(store, RULES, found, NOW_US) == ["leads/one/"]
    assert store.names("") == ["leads/two/files/ab.jpg"]


def test_two_runs_at_a_time_do_not_refuse_each_other(tmp_path: Path) -> None:
    """What the other one has removed, or is removing, is done; each folder counts once."""
    for number in range(60):
        put_case(FolderStore(tmp_path), "leads", f"lead-{number}", OLD_US)
    begin = Barrier(3)

    def run() -> int:
        store = FolderStore(tmp_path)
        found = expired(store, RULES, NOW_US)
        begin.wait(10)
        return sum(len(remove_expired(store, RULES, found, NOW_US)) for _ in range(2))

    with ThreadPoolExecutor(3) as pool:
        assert sum(one.result() for one in [pool.submit(run) for _ in range(3)]) == 60
    assert FolderStore(tmp_path).names("") == []
    assert list((tmp_path / ".part").iterdir()) == []
    assert FolderStore(tmp_path).remove("leads/lead-1/") is False
    assert FolderStore(tmp_path).written_at_us("leads/lead-1/") is None
