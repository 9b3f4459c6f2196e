"""What ClickHouse holds of a run of the test city, by the queries beside this file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
from clickhouse_connect.driver.client import Client

from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.finding import Finding, boxes_of
from infra.evaluation.kind_score import Watch
from infra.evaluation.stated_plate import StatedPlate
from infra.evaluation.true_event import Box, TrueEvent, View
from infra.settings import Settings
from sinks.clickhouse.clickhouse_client import connect

#: Longest time of a query, at the server.
QUERY_S: Final = 300
QUERIES: Final = resources.files("infra.evaluation") / "queries"


def query_text(name: str) -> str:
    """Return a query's text."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one database, which hold one run of one city."""

    client: Client

    @classmethod
    def connect(cls, settings: Settings) -> "Tables":
        """Connect to the settings' ClickHouse.

        Raises:
            ClickHouseError: it does not answer, or refuses the user.
        """
        password = settings.clickhouse_password.get_secret_value()
        user, database = settings.clickhouse_user, settings.clickhouse_database
        return cls(connect(settings.clickhouse_address, user, password, database, QUERY_S))

    def truth(self) -> Sequence[TrueEvent]:
        """Return what is true."""
        return [_event(**row) for row in self._rows("truth")]

    def findings(self) -> Sequence[Finding]:
        """Return what was found; the tracks' objects are not known yet."""
        incidents = [_incident(**row) for row in self._rows("incidents")]
        return [*incidents, *(_violation(**row) for row in self._rows("violations"))]

    def watch(self) -> Watch:
        """Return what was looked at."""
        rows = self._rows("watch")
        ends = {str(row["camera_id"]): int(row["end_us"]) for row in rows}
        return Watch(float(sum(row["seconds"] for row in rows)), ends)

    def cameras(self, camera_ids: Iterable[str]) -> Iterable[tuple[str, CameraTracks]]:
        """Yield cameras with their true objects and tracks, one at a time."""
        for camera_id in camera_ids:
            true_at, actor, x1, y1, x2, y2, visible, kmh = self._columns("true_boxes", camera_id, 8)
            at, track, u1, v1, u2, v2 = self._columns("track_boxes", camera_id, 6)
            speed_at, speed_track, speed, error = self._columns("speeds", camera_id, 4)
            owner, plate = self._columns("true_plates", camera_id, 2)
            yield (
                camera_id,
                CameraTracks(
                    true_at_us=true_at.astype(np.int64),
                    true_actor=actor.astype(np.int64),
                    true_xyxy_px=np.column_stack([x1, y1, x2, y2]).astype(np.float64),
                    true_visible_ratio=visible.astype(np.float64),
                    true_speed_kmh=kmh.astype(np.float64),
                    at_us=at.astype(np.int64),
                    track=track.astype(np.int64),
                    xyxy_px=np.column_stack([u1, v1, u2, v2]).astype(np.float64),
                    speed_at_us=speed_at.astype(np.int64),
                    speed_track=speed_track.astype(np.int64),
                    speed_kmh=speed.astype(np.float64),
                    speed_error_kmh=error.astype(np.float64),
                    plate_of={int(one): str(text) for one, text in zip(owner, plate, strict=True)},
                    votes=self._votes(camera_id),
                ),
            )

    def _votes(self, camera_id: str) -> Sequence[StatedPlate]:
        columns = self._columns("plates", camera_id, 5)
        return [
            StatedPlate(int(track), int(at_us), str(text), round(float(probability), 4), int(reads))
            for at_us, track, text, probability, reads in zip(*columns, strict=True)
        ]

    def _rows(self, name: str) -> Sequence[Mapping[str, Any]]:
        return list(self.client.query(query_text(name)).named_results())

    def _columns(self, name: str, camera_id: str, count: int) -> Sequence[Any]:
        """Return a camera's columns as arrays; `count` empty ones where there is no row."""
        result = self.client.query(query_text(name), parameters={"camera": camera_id}, column_oriented=True)
        columns = [np.asarray(column) for column in result.result_columns]
        return columns or [np.zeros(0)] * count


def _event(
    *,
    truth_id: str,
    family: Any,
    kind: str,
    negative_of: Sequence[str],
    scenario: str,
    started_us: int,
    due_us: int,
    ended_us: int,
    actor_ids: Sequence[int],
    measured: float | None,
    camera_ids: Sequence[str],
    from_us: Sequence[int],
    to_us: Sequence[int],
    regions: Sequence[Box],
) -> TrueEvent:
    views = [
        View(camera, int(first), int(last), (float(box[0]), float(box[1]), float(box[2]), float(box[3])))
        for camera, first, last, box in zip(camera_ids, from_us, to_us, regions, strict=True)
    ]
    return TrueEvent(
        truth_id,
        family,
        kind,
        tuple(negative_of),
        scenario,
        int(started_us),
        int(due_us),
        int(ended_us),
        views,
        frozenset(int(actor) for actor in actor_ids),
        measured,
    )


def _incident(
    *,
    incident_id: str,
    kind: str,
    camera_id: str,
    from_us: int,
    to_us: int,
    alert_us: int,
    boxes: Sequence[float],
    tracks: Sequence[int],
) -> Finding:
    return Finding(
        incident_id,
        "incident",
        kind,
        camera_id,
        int(from_us),
        int(to_us),
        int(alert_us),
        boxes_of(boxes),
        tuple(tracks),
    )


def _violation(
    *,
    violation_id: str,
    kind: str,
    camera_id: str,
    from_us: int,
    to_us: int,
    alert_us: int,
    boxes: Sequence[float],
    tracks: Sequence[int],
    measured: float,
    measured_error: float,
    dropped: int,
) -> Finding:
    return Finding(
        finding_id=violation_id,
        family="violation",
        kind=kind,
        camera_id=camera_id,
        from_us=int(from_us),
        to_us=int(to_us),
        alert_us=int(alert_us),
        boxes_xyxy_px=boxes_of(boxes),
        tracks=tuple(tracks),
        measured=float(measured),
        measured_error=float(measured_error),
        dropped=bool(dropped),
    )
