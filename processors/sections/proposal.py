"""What two passages of one vehicle prove, and its message."""

import hashlib
from typing import Final

from processors.rules.articles import LawTable
from processors.rules.sight import Sight
from processors.sections.average_speed import AverageSpeed
from processors.sections.exculpations import exculpations_of
from processors.sections.plate_match import Match
from processors.sections.settings import SectionSettings
from processors.violations.circumstances import Circumstances
from processors.violations.offence import Offence
from processors.violations.plate_seal import SealedPlate
from schemas.messages import Passage, Violation

KIND: Final = "section_speed"
RULE_VERSION: Final = "section_speed/4"
#: The statute knows one offence of speed, however measured: its articles are those of `speeding`.
ARTICLES_OF: Final = "speeding"


def identity(passage: Passage) -> str:
    """Return what tells a passage from every other of its section."""
    return f"{passage.end.value}\n{passage.camera_id}\n{passage.epoch_us}\n{passage.track_id}"


def least_excess_kmh(speed: AverageSpeed, end: Passage, settings: SectionSettings) -> float:
    """Return how far the lower end of the tolerance interval lies beyond the limit, km/h."""
    return round(speed.kmh - settings.coverage_k * speed.error_kmh - end.section_limit_kmh, 2)


def offence_of(
    start: Passage, end: Passage, speed: AverageSpeed, match: Match, settings: SectionSettings, seen: Circumstances
) -> Offence:
    """Return what two passages prove, with what the grounds need to know of them."""
    excess = least_excess_kmh(speed, end, settings)
    k = settings.coverage_k
    return Offence(
        track_id=end.track_id,
        vehicle_class=end.vehicle_class,
        zone_id=end.zone_id,
        since_us=start.crossed_at_us,
        at_us=end.crossed_at_us,
        measured=speed.kmh,
        error=speed.error_kmh,
        limit=end.section_limit_kmh,
        unit="km/h",
        confidence_factor=k,
        excess=excess,
        worth=match.probability_ratio,
        measures={
            "section_number": float(end.section_id),
            "least_excess_kmh": excess,
            "length_m": speed.length_m,
            "length_error_m": speed.length_error_m,
            "travel_s": speed.travel_s,
            "travel_error_s": speed.travel_error_s,
            "start_speed_kmh": start.speed_kmh,
            "end_speed_kmh": end.speed_kmh,
            "plate_match_ratio": match.probability_ratio,
            "plate_second_ratio": match.second_ratio,
            "start_registry_version": float(start.registry_version),
            "start_calibration_version": float(start.calibration_version),
        },
        summary=f"{speed.kmh:.0f} km/h (+-{k * speed.error_kmh:.0f}) on average over {speed.length_m:.0f} m where "
        f"{end.section_limit_kmh:.0f} km/h are allowed: at least {excess:.0f} km/h too fast",
        onset=_sight(start),
        sight=_sight(end),
        clock_source=end.clock_source,
        registry_version=end.registry_version,
        calibration_version=end.calibration_version,
        calibration_method=end.calibration_method,
        model_version=end.model_version,
        seen=seen,
    )


def message_of(
    start: Passage, end: Passage, offence: Offence, table: LawTable, sealed: SealedPlate | None
) -> Violation:
    """Return the message of a violation that two passages prove."""
    origin = f"{end.section_id}\n{KIND}\n{identity(start)}\n{identity(end)}"
    return Violation(
        violation_id=f"{KIND}-{hashlib.sha256(origin.encode()).hexdigest()[:20]}",
        kind=KIND,
        camera_id=end.camera_id,
        site_id=end.site_id,
        district=end.district,
        owner=end.owner,
        epoch_us=end.epoch_us,
        zone_id=offence.zone_id,
        track_id=offence.track_id,
        vehicle_class=offence.vehicle_class,
        occurred_at_us=offence.at_us,
        started_at_us=offence.since_us,
        measured=offence.measured,
        measured_error=offence.error,
        limit=offence.limit,
        unit=offence.unit,
        confidence_factor=offence.confidence_factor,
        measures=dict(offence.measures),
        articles=table.articles(ARTICLES_OF, offence.excess, offence.at_us),
        exculpations=exculpations_of(KIND, offence, start, end),
        vehicle_key=offence.track_id if sealed is None else sealed.vehicle_key,
        key_period=None if sealed is None else sealed.key_period,
        plate_encrypted=None if sealed is None else sealed.encrypted,
        summary=offence.summary,
        evidence=[start.evidence, end.evidence],
        registry_version=offence.registry_version,
        calibration_version=offence.calibration_version,
        model_version=offence.model_version,
        rule_version=RULE_VERSION,
        frames_created_at_ms=end.frames_created_at_ms,
        tracks_partition=end.tracks_partition,
        tracks_offset=end.tracks_offset,
    )


def _sight(passage: Passage) -> Sight:
    one = passage.evidence
    return Sight(
        one.epoch_us, one.sequence, one.frames_partition, one.frames_offset, one.at_us, one.track_ids, one.boxes_xyxy_px
    )
