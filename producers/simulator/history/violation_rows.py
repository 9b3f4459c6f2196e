"""Rows of `violations`: what the cameras measured."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import SECOND_US
from producers.simulator.history.cases import Cases
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Lists, Measures, Numbers, Texts, Words
from producers.simulator.history.draws import choose, ladder, quantile
from producers.simulator.history.names import Names, kind_numbers, kinds_of
from producers.simulator.history.rows import Rows
from producers.simulator.history.scene import enforcement_scene
from producers.simulator.history.texts import packed

#: Version of everything that made a history's findings: no model looked at anything.
RULE_VERSION: Final = "city-history/1"
#: Speeds that a summary can name, km/h.
SPEEDS: Final = 256
#: From the begin of a condition to its measurement, seconds.
_SINCE_S: Final = np.array([0, 1, 2, 4, 9], np.int64)
#: Grounds that were checked, as the violations stage states them; weights of the lists.
_GROUNDS: Final = (
    (86, (("calibration", "cleared", "calibration v1, survey"), ("clock", "cleared", "RTCP reports of the camera"))),
    (
        9,
        (
            ("calibration", "flagged", "calibration v1, not a survey"),
            ("clock", "cleared", "RTCP reports of the camera"),
        ),
    ),
    (5, (("calibration", "cleared", "calibration v1, survey"), ("clock", "flagged", "arrival times at the producer"))),
)


def violation_rows(city: City, found: Cases, called: Names) -> Rows:
    """Return the message's columns of N violations."""
    mix, draws, numbers, offence = city.mix, city.draws, found.numbers, found.offence
    every = np.arange(len(found), dtype=np.int64)
    beyond, error, limit = _measured(city, found)
    measured = np.rint((limit + (beyond + mix.coverage_factor * error) / 100) * 100) / 100
    since_us = quantile(draws.draw("since", numbers), _SINCE_S) * SECOND_US
    columns: Sequence[Column] = [
        Texts.of("violation_id", called.violations(kinds_of(city), kind_numbers(city)[offence], every)),
        Words("kind", kind_numbers(city)[offence].astype(np.uint8), kinds_of(city)),
        *enforcement_scene(city.places, found.camera, every),
        Numbers("epoch_us", "Int64", city.calendar.midnights_us[city.calendar.of(found.occurred_us)]),
        Texts.of("track_id", packed([""], np.zeros(len(found), np.int64), called.tracks, every)),
        Numbers("vehicle_class", "Int32", np.array([o.vehicle_class for o in mix.offences], np.int32)[offence]),
        Numbers("occurred_at_us", "Int64", found.occurred_us),
        Numbers("started_at_us", "Int64", found.occurred_us - since_us),
        Numbers("measured", "Float64", measured),
        Numbers("measured_error", "Float64", error / 100),
        Numbers("limit", "Float64", limit.astype(np.float64)),
        Words("unit", offence.astype(np.uint8), [one.unit for one in mix.offences]),
        Numbers("confidence_factor", "Float64", np.full(len(found), mix.coverage_factor)),
        Measures("measures", np.zeros(len(found), np.int8), ["beyond_at_least"], beyond / 100),
        Lists(
            "articles",
            ("code", "band"),
            offence.astype(np.int64) * len(city.articles) + found.article,
            [[(article, one.band)] for one in mix.offences for article in city.articles],
        ),
        Lists(
            "exculpations",
            ("ground", "outcome", "reason"),
            choose(draws.draw("grounds", numbers), ladder([weight for weight, _ in _GROUNDS])),
            [grounds for _, grounds in _GROUNDS],
        ),
        Texts.of("vehicle_key", called.vehicles(every)),
        Words("key_period", (~found.life.unread).astype(np.uint8), [None, "history"]),
        _summary(city, found, limit, measured),
        Numbers("registry_version", "Int32", np.ones(len(found), np.int32)),
        Numbers("calibration_version", "Int32", np.ones(len(found), np.int32)),
        Words("model_version", np.zeros(len(found), np.uint8), [RULE_VERSION]),
        Words("rule_version", np.zeros(len(found), np.uint8), [RULE_VERSION]),
        Numbers("frames_created_at_ms", "Int64", found.occurred_us // 1000 + 400),
        Numbers("tracks_partition", "Int32", (found.camera % city.settings.partitions).astype(np.int32)),
        Numbers("tracks_offset", "Int64", numbers),
    ]
    return Rows(columns, every)


def _measured(city: City, found: Cases) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (N,) how far the lower end lies beyond the limit and its error, in hundredths, and the limit."""
    draws, offences = city.draws.draw("measured", found.numbers), city.mix.offences
    beyond = np.zeros(len(found), np.int64)
    for number, one in enumerate(offences):
        mine = np.flatnonzero(found.offence == number)
        beyond[mine] = quantile(draws[mine], np.array(one.measured, np.int64))
    error = np.array([one.error for one in offences], np.int64)[found.offence]
    limit = np.array([one.limit for one in offences], np.int64)[found.offence]
    speeding = np.array([one.kind == "speeding" for one in offences])[found.offence]
    return beyond, error, np.where(speeding, city.places.camera_limit_kmh[found.camera], limit)


def _summary(city: City, found: Cases, limit: NDArray[np.int64], measured: NDArray[np.float64]) -> Words:
    """Return one sentence a row: the offence's own, or for speeding the speed and the limit."""
    limits = sorted({int(one) for one in city.traffic["places"]["limits_kmh"]})
    offences = city.mix.offences
    sentences: list[str] = [f"{one.band[0].upper()}{one.band[1:]}." for one in offences]
    sentences += [f"{speed} km/h where {most} km/h is allowed." for most in limits for speed in range(SPEEDS)]
    speed = np.clip(np.rint(measured).astype(np.int64), 0, SPEEDS - 1)
    of_speed = len(offences) + np.searchsorted(limits, limit) * SPEEDS + speed
    speeding = np.array([one.kind == "speeding" for one in offences])[found.offence]
    return Words("summary", np.where(speeding, of_speed, found.offence).astype(np.uint32), sentences)
