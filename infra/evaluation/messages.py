"""Observations from messages in memory: for runs without a stack."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.finding import Finding, boxes_of
from infra.evaluation.kind_score import Watch
from infra.evaluation.observations import Observations
from infra.evaluation.stated_plate import StatedPlate
from infra.evaluation.true_event import Family, TrueEvent, View
from schemas.messages import Incident, Tracks, Truth, TruthTracks, Violation

#: Outcome of a ground that opens no case.
DROPPED: Final = "dropped"
FAMILIES: Final[Mapping[str, Family]] = {"VIOLATION": "violation", "INCIDENT": "incident"}


class Gathering:
    """Takes messages as they come; `observations` gives what the scorer needs."""

    def __init__(self) -> None:
        self._truth: dict[str, TrueEvent] = {}
        self._incidents: dict[str, Finding] = {}
        self._violations: dict[str, Finding] = {}
        self._revision: dict[str, int] = {}
        self._true: dict[str, list[TruthTracks]] = {}
        self._tracks: dict[str, list[Tracks]] = {}
        self._numbers: dict[str, int] = {}

    def take(self, message: object, ends_us: int = 0) -> None:
        """Take a message; others than those of the scorer's topics are left.

        Args:
            message: the message.
            ends_us: of a violation: end of the camera-second that led to it, microseconds since the Unix epoch.
        """
        match message:
            case Truth():
                self._truth[message.truth_id] = _event(message)
            case TruthTracks():
                self._true.setdefault(message.camera_id, []).append(message)
            case Tracks():
                self._tracks.setdefault(message.camera_id, []).append(message)
            case Incident():
                if message.revision > self._revision.get(message.incident_id, 0):
                    self._revision[message.incident_id] = message.revision
                    self._incidents[message.incident_id] = self._incident(message)
            case Violation():
                self._violations.setdefault(message.violation_id, self._violation(message, ends_us))
            case _:
                pass

    def observations(self) -> Observations:
        """Return what was taken."""
        seconds = sum(one.duration_us for own in self._tracks.values() for one in own) / 1e6
        ends = {
            camera: max(one.captured_at_us + one.duration_us for one in own) for camera, own in self._tracks.items()
        }
        return Observations(
            truth=sorted(self._truth.values(), key=lambda one: (one.started_us, one.truth_id)),
            findings=[*self._incidents.values(), *self._violations.values()],
            watch=Watch(seconds, ends),
            cameras=self._cameras(),
        )

    def _cameras(self) -> Iterable[tuple[str, CameraTracks]]:
        for camera in sorted(self._tracks):
            yield camera, self._camera(self._true.get(camera, ()), self._tracks[camera])

    def _camera(self, truths: Sequence[TruthTracks], tracks: Sequence[Tracks]) -> CameraTracks:
        true = np.array(
            [
                (one.sample_at_us[sample], one.box_actor[n], one.box_x1_px[n], one.box_y1_px[n], one.box_x2_px[n],
                 one.box_y2_px[n], one.box_visible_ratio[n], one.box_speed_kmh[n])
                for one in truths
                for n, sample in enumerate(one.box_sample)
            ],
            _TRUE,
        )  # fmt: skip
        boxes = np.array(
            [
                (one.sample_at_us[sample], self._number(one.track_id[of]), one.box_x1_px[n], one.box_y1_px[n],
                 one.box_x2_px[n], one.box_y2_px[n])
                for one in tracks
                for n, (of, sample) in enumerate(zip(one.box_track, one.box_sample, strict=True))
            ],
            _BOX,
        )  # fmt: skip
        speeds = np.array(
            [
                (one.sample_at_us[-1], self._number(name), speed, error)
                for one in tracks
                if len(one.sample_at_us)
                for name, speed, error in zip(one.track_id, one.track_speed_kmh, one.track_speed_error_kmh, strict=True)
                if speed is not None and error is not None
            ],
            _SPEED,
        )
        return CameraTracks(
            true_at_us=true["at"],
            true_actor=true["actor"],
            true_xyxy_px=_xyxy(true),
            true_visible_ratio=true["visible"].astype(np.float64),
            true_speed_kmh=true["kmh"].astype(np.float64),
            at_us=boxes["at"],
            track=boxes["track"],
            xyxy_px=_xyxy(boxes),
            speed_at_us=speeds["at"],
            speed_track=speeds["track"],
            speed_kmh=speeds["kmh"].astype(np.float64),
            speed_error_kmh=speeds["error"].astype(np.float64),
            plate_of={
                one.box_actor[n]: one.plates[plate]
                for one in truths
                for n, plate in enumerate(one.box_plate)
                if plate >= 0
            },
            votes=[
                StatedPlate(
                    self._number(one.track_id[vote.track]),
                    one.captured_at_us,
                    vote.candidates[0].text,
                    round(vote.candidates[0].probability_ratio, 4),
                    vote.reads,
                )
                for one in tracks
                for vote in one.plates
                if vote.candidates
            ],
        )

    def _number(self, track_id: str) -> int:
        return self._numbers.setdefault(track_id, len(self._numbers))

    def _incident(self, message: Incident) -> Finding:
        return Finding(
            finding_id=message.incident_id,
            family="incident",
            kind=message.kind,
            camera_id=message.camera_id,
            from_us=message.started_at_us,
            to_us=message.updated_at_us if message.closed_at_us is None else message.closed_at_us,
            alert_us=message.opened_at_us,
            boxes_xyxy_px=boxes_of([side for one in message.evidence for side in one.boxes_xyxy_px]),
            tracks=tuple(self._number(name) for name in message.track_ids),
        )

    def _violation(self, message: Violation, ends_us: int) -> Finding:
        return Finding(
            finding_id=message.violation_id,
            family="violation",
            kind=message.kind,
            camera_id=message.camera_id,
            from_us=message.started_at_us,
            to_us=message.occurred_at_us,
            alert_us=max(message.occurred_at_us, ends_us),
            boxes_xyxy_px=boxes_of([side for one in message.evidence for side in one.boxes_xyxy_px]),
            tracks=(self._number(message.track_id),),
            measured=message.measured,
            measured_error=message.measured_error,
            dropped=any(one.outcome == DROPPED for one in message.exculpations),
        )


# 32 bits, as the messages carry them: so tables and messages give the same score to the last digit
_SIDES: Final = [("x1", np.float32), ("y1", np.float32), ("x2", np.float32), ("y2", np.float32)]
_TRUE: Final = np.dtype([("at", np.int64), ("actor", np.int64), *_SIDES, ("visible", np.float32), ("kmh", np.float32)])
_BOX: Final = np.dtype([("at", np.int64), ("track", np.int64), *_SIDES])
_SPEED: Final = np.dtype([("at", np.int64), ("track", np.int64), ("kmh", np.float32), ("error", np.float32)])


def _xyxy(rows: NDArray[np.void]) -> NDArray[np.float64]:
    return np.column_stack([rows[side] for side, _ in _SIDES]).astype(np.float64)


def _event(message: Truth) -> TrueEvent:
    sides = (message.view_x1_px, message.view_y1_px, message.view_x2_px, message.view_y2_px)
    views = [
        View(camera, first, last, (x1, y1, x2, y2))
        for camera, first, last, x1, y1, x2, y2 in zip(
            message.camera_ids, message.view_from_us, message.view_to_us, *sides, strict=True
        )
    ]
    return TrueEvent(
        truth_id=message.truth_id,
        family=FAMILIES[str(message.family)],
        kind=message.kind,
        negative_of=tuple(message.negative_of) if message.is_hard_negative else (),
        scenario=message.scenario,
        started_us=message.started_at_us,
        due_us=message.due_at_us,
        ended_us=message.ended_at_us,
        views=views,
        actors=frozenset(message.actor_ids),
        measured=message.measured,
    )
