"""What a quarter's key seals is found in the real tables, and no longer opens once the key is destroyed."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.migrate import command as migrate
from infra.keys.key_ring import KeyRing
from infra.keys.key_store import KeyStore
from infra.retention.destruction import destroy, plan
from infra.retention.destruction_log import DestructionLog
from infra.retention.retention_rules import RetentionRules
from infra.retention.sealed_rows import SealedRows
from tests.contract.test_clickhouse_front import Front

pytestmark = [pytest.mark.integration, pytest.mark.slow]

PERIOD, DATABASE = "2024-q3", "retention"
PLATES = ("123ABC02", "777KZA05")
#: A violation with a sealed plate, one without, and one of another quarter.
ROW = """
INSERT INTO violations_messages (_topic_id, _partition, _offset, _create_time, violation_id, kind, camera_id, owner,
    track_id, occurred_at_us, started_at_us, epoch_us, frames_created_at_ms, vehicle_key, key_period, plate_encrypted,
    _offset_end)
SELECT toUUID('00000000-0000-0000-0000-00000000000c'), 0, {offset:Int64}, now64(3, 'UTC'), {name:String}, 'speeding',
    'ALA-1', 'PUBLIC', {track:String}, 1722470400000000, 1722470400000000, 1722470400000000, 1722470400000, 'k',
    {period:Nullable(String)}, unhex({sealed:String}), {offset:Int64}"""


def test_a_destroyed_key_leaves_its_rows_unreadable(tmp_path: Path) -> None:
    """The rows stay, and are counted; the sample opened before and opens no more."""
    store = KeyStore(tmp_path / "keys")
    key, other = store.create(PERIOD), store.create("2026-q4")
    front = Front(tmp_path / "data").start()
    try:
        environment = {"VIGIL_CLICKHOUSE_URL": front.url, "VIGIL_CLICKHOUSE_DATABASE": DATABASE}
        made = CliRunner().invoke(migrate, [], env=environment)
        assert made.exit_code == 0, made.output
        client = front.client(database=DATABASE)
        for offset, plate in enumerate(PLATES):
            sealed, track = key.seal(plate, f"t{offset}").hex(), f"t{offset}"
            names = {"offset": offset, "name": f"v{offset}", "track": track, "period": PERIOD, "sealed": sealed}
            client.command(ROW, parameters=names)
        foreign = {
            "offset": 2,
            "name": "v2",
            "track": "t2",
            "period": other.period,
            "sealed": other.seal("1", "t2").hex(),
        }
        client.command(ROW, parameters=foreign)
        rows = SealedRows(client)
        assert rows.counts(PERIOD) == {"plate_reads": 0, "violations": 2, "leads": 0}
        sample = rows.sample(PERIOD, 10)
        assert sorted(KeyRing(store).open(sealed, PERIOD, track) or "" for track, sealed in sample) == sorted(PLATES)
        assert len(rows.sample(PERIOD, 1)) == 1

        due = plan(store, RetentionRules.load(), date(2027, 12, 1))[0]
        log = DestructionLog(store.folder / "destroyed.jsonl")
        facts = destroy(store, log, rows, due, "2027-12-01T00:00:00+00:00", "officer-2")
        assert facts == {
            "rows": {"plate_reads": 0, "violations": 2, "leads": 0},
            "key_in_store": False,
            "opened_after": 0,
        }
        assert [KeyRing(store).open(sealed, PERIOD, track) for track, sealed in rows.sample(PERIOD, 10)] == [None, None]
        assert rows.counts(other.period) == {"plate_reads": 0, "violations": 1, "leads": 0}
    finally:
        assert front.stop() == 0
