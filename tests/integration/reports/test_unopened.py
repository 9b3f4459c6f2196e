"""Violations that opened no case: above `detected` in the waterfall, in no figure of cases, the same after a replay."""

import pytest

from tests.integration.reports.conftest import Reports

DAYS = ("--from", "2025-05-01", "--to", "2025-05-31")
#: A case of 20 May with one step; four violations that opened none, one of them twice; and one that did so later.
STEPS = [
    ("case-1", 1, "DETECTED", "v1", ""),
    ("case-2", 0, "NOT_OPENED", "v2", "outside scope: KoAP 594.1"),
    ("case-3", 0, "NOT_OPENED", "v3", "outside scope: KoAP 594.1"),
    ("case-3", 0, "NOT_OPENED", "v3", "outside scope: KoAP 594.1"),
    ("case-4", 0, "NOT_OPENED", "v4", "dropped: clock, signal_failure"),
    ("case-5", 0, "NOT_OPENED", "v5", "same offence: case-1"),
    ("case-6", 0, "NOT_OPENED", "v6", "outside scope: KoAP 607.1"),
]
LATER = [("case-6", 1, "DETECTED", "v6", "")]


def tell(reports: Reports, steps: list[tuple[str, int, str, str, str]], first: int) -> None:
    """Write steps as the sink does, from an offset on."""
    rows = ", ".join(
        f"({first + place}, '{case_id}', {revision}, '{step}', '{violation}', '{reason}')"
        for place, (case_id, revision, step, violation, reason) in enumerate(steps)
    )
    reports.client.command(
        f"""INSERT INTO case_events_messages (_topic_id, _partition, _offset, _create_time, case_id, revision, step,
            vehicle_key, violation_id, kind, camera_id, site_id, district, owner, article, tariff_version, amount_kzt,
            offence_at_us, happened_at_us, reason, commands_partition, commands_offset, _offset_end)
        SELECT toUUID('00000000-0000-0000-0000-0000000000c1'), 11, place, now64(3, 'UTC'), case_id, revision, step,
            repeat('ab', 32), violation_id, 'speeding', 'K-1', 'S-1', 'Alatau', 'PUBLIC', 'KoAP 592.1', '2025-01-01',
            if(step = 'DETECTED', 39320, 0),
            toUnixTimestamp64Micro(toDateTime64('2025-05-20 08:00:00', 6, 'UTC')) AS at, at + 1000000, reason, 0, place,
            place
        FROM values('place Int64, case_id String, revision Int32, step String, violation_id String, reason String',
            {rows})"""
    )


@pytest.fixture(scope="module")
def unopened(reports: Reports) -> Reports:
    """The history, and these violations beside it."""
    tell(reports, STEPS, 0)
    return reports


def losses(reports: Reports) -> dict[tuple[str, str], tuple[int, int]]:
    """Return cases and tenge of what was not opened."""
    rows = reports.answer("waterfall", *DAYS)["rows"]
    return {
        (r["name"], r["reason"]): (r["cases"], r["kzt"]) for r in rows if r["after"] == "found" and r["part"] == "loss"
    }


def test_found_less_what_was_not_opened_is_detected(unopened: Reports) -> None:
    """Each reason is a line; they add up to the difference; nothing of it is in a figure of cases."""
    found = unopened.answer("waterfall", *DAYS)
    levels = {row["name"]: (row["cases"], row["kzt"]) for row in found["rows"] if row["part"] == "level"}
    assert (levels["found"], levels["detected"]) == ((6, 39_320), (1, 39_320))
    assert losses(unopened) == {
        ("not opened: outside scope", "KoAP 594.1"): (2, 0),
        ("not opened: outside scope", "KoAP 607.1"): (1, 0),
        ("not opened: dropped", "clock, signal_failure"): (1, 0),
        ("not opened: same offence", ""): (1, 0),
    }
    assert unopened.answer("revenue", *DAYS)["totals"]["violations"] == 1
    for view in ("case_events", "cases"):
        assert unopened.rows(f"SELECT count() FROM {view} WHERE _partition = 11") == [(1,)]
    assert unopened.rows("SELECT why, detail FROM unopened WHERE violation_id = 'v5'") == [("same offence", "case-1")]


def test_sent_again_it_is_counted_once_and_as_a_case_once_it_is_one(unopened: Reports) -> None:
    """A replay changes no line; a violation that opened a case later leaves its reason."""
    before = unopened.answer("waterfall", *DAYS)
    tell(unopened, STEPS, 100)
    again = unopened.answer("waterfall", *DAYS)
    assert (again["rows"], again["totals"]) == (before["rows"], before["totals"])
    tell(unopened, LATER, 200)
    assert ("not opened: outside scope", "KoAP 607.1") not in losses(unopened)
    totals = unopened.answer("waterfall", *DAYS)["totals"]
    assert (totals["found"], totals["detected"]) == (6, 2)
