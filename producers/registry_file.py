"""The registry file: cameras as people write them, in TOML or JSON, checked entry by entry. Pure.

A file holds `cameras`, a list of entries whose fields are those of `schemas.messages.Camera`, less `version` and
`updated_at_us`, which the import gives. For people's sake an entry may also have

* `source_uri` as a path, relative to the file, or as a URL with credentials, which are split off;
* `source_start`, an instant of ISO 8601 with its zone, in place of `source_start_us`;
* polygons as `[[x, y], ...]` and a homography as three rows.
"""

import json
import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from producers.ground_plane import homography_problem, horizon_problem, polygon_problem
from producers.source_address import SCHEMES, BadAddressError, Credentials, redact, split_credentials
from schemas.codec import encode_datum
from schemas.messages import Analysis, Calibration, Camera, Owner, RegionOfInterest, RuleSetting, Zone

ZONE_KINDS: Final = frozenset(
    {
        "roadway",
        "lane",
        "turn_lane",
        "bus_lane",
        "junction",
        "shoulder",
        "signal_head",
        "stop_line",
        "no_entry",
        "section_start",
        "section_end",
        "sidewalk",
        "crossing",
        "rail_crossing",
        "square",
        "waste_site",
        "no_stopping",
        "parking",
        "no_loitering",
        "ignore",
    }
)
RULE_KINDS: Final = frozenset(
    {
        "crowd",
        "stopped_vehicle",
        "loitering",
        "speeding",
        "wrong_way",
        "no_stopping",
        "sidewalk_parking",
        "crossing_parking",
        "double_row",
        "sidewalk_driving",
        "bus_lane",
        "truck_ban",
        "no_entry",
        "oncoming",
        "u_turn",
        "wrong_lane",
        "prohibited_turn",
        "pedestrian_priority",
        "shoulder_driving",
        "blocked_junction",
        "rail_crossing",
    }
)
UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_ID: Final = 128
ANALYSIS: Final = Analysis(enforcement=False, idle_fps=0.0, active_fps=5.0, score_floor_ratio=0.3, regions=())


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of one entry.

    Attributes:
        camera: its camera_id, or its number in the file.
        field: path of the field.
        found, expected, advice: what it is, what it should be, what to do. Without credentials.
        fatal: False for a warning.
    """

    camera: str
    field: str
    found: str
    expected: str
    advice: str
    fatal: bool = True

    def __str__(self) -> str:
        """Return one sentence."""
        kind = "" if self.fatal else "warning: "
        return f"{kind}camera {self.camera}: {self.field} is {self.found}; expected {self.expected}; {self.advice}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One good entry of a file.

    Attributes:
        camera: the entry, as version 0 made at 0: the import sets both. Its source_uri holds no credentials.
        credentials: what was split off its source_uri; None where there was nothing.
    """

    camera: Camera
    credentials: Credentials | None


class _Bad(Exception):  # noqa: N818  never leaves this module
    def __init__(self, field: str, found: str, expected: str, advice: str) -> None:
        super().__init__(field)
        self.parts = (field, redact(found), expected, redact(advice))


def parse(text: str, base: Path, *, is_json: bool = False) -> tuple[Sequence[Entry], Sequence[Problem]]:
    """Return the good entries of a registry file and what is wrong with the others.

    Args:
        text: of the file.
        base: folder that relative paths of sources start from.
        is_json: JSON rather than TOML.
    """
    try:
        data = json.loads(text) if is_json else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        kind = "JSON" if is_json else "TOML"
        where = redact(str(error))
        return (), (Problem("-", "file", f"not {kind} ({where})", kind, "correct the file"),)
    entries = data.get("cameras") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not entries:
        return (), (
            Problem("-", "cameras", _show(entries), "a list of at least one entry", "write [[cameras]] for each"),
        )
    good: dict[str, Entry] = {}
    problems: list[Problem] = []
    twice: set[str] = set()
    for number, raw in enumerate(entries):
        name = raw.get("camera_id") if isinstance(raw, dict) else None
        label = name if isinstance(name, str) and name else f"number {number + 1}"
        found: list[Problem] = []
        try:
            entry = _entry(raw, base, label, found)
        except _Bad as bad:
            found.append(Problem(label, *bad.parts))
        else:
            found += _drawn_problems(entry.camera)
        if label in good or label in twice:
            twice.add(label)
            good.pop(label, None)
            advice = "give each camera an id of its own; neither entry is taken"
            found.append(Problem(label, "camera_id", "used by two entries", "an id that is used once", advice))
        if not any(p.fatal for p in found):
            good[label] = entry
        problems += found
    return list(good.values()), problems


def next_version(entry: Camera, known: Camera | None, now_us: int) -> Camera | None:
    """Return the entry as the version that follows the known one; None where nothing changed."""
    if known is None:
        return replace(entry, version=1, updated_at_us=now_us)
    candidate = replace(entry, version=known.version, updated_at_us=known.updated_at_us)
    if encode_datum("cameras", candidate) == encode_datum("cameras", known):  # numbers as they are stored
        return None
    return replace(entry, version=known.version + 1, updated_at_us=now_us)


def _show(value: Any) -> str:
    if value is None:
        return "missing"
    text = redact(json.dumps(value, default=str, ensure_ascii=False))
    return text if len(text) <= 80 else f"{text[:77]}..."


class _Fields:
    """The fields of one table of an entry, taken one after the other; what is left at the end is unknown."""

    def __init__(self, table: Any, path: str) -> None:
        if not isinstance(table, dict):
            raise _Bad(path or "entry", _show(table), "a table", "write its fields as name = value")
        self._table = dict(table)
        self._path = f"{path}." if path else ""
        self._known: list[str] = []

    def take(
        self, name: str, expected: str, good: Callable[[Any], bool], default: Any = MISSING, advice: str = ""
    ) -> Any:
        self._known.append(name)
        value = self._table.pop(name, None)
        if value is None and default is not MISSING:
            return default
        if value is None or isinstance(value, bool) is not (expected == "true or false") or not good(value):
            raise _Bad(f"{self._path}{name}", _show(value), expected, advice or "correct the entry")
        return value

    def text(self, name: str, default: Any = MISSING) -> Any:
        def good(value: Any) -> bool:
            return isinstance(value, str) and len(value.strip()) > 0

        return self.take(name, "a text", good, default)

    def flag(self, name: str, *, default: bool) -> bool:
        return bool(self.take(name, "true or false", lambda v: isinstance(v, bool), default))

    def number(self, name: str, low: float, high: float, default: Any = MISSING) -> Any:
        def good(value: Any) -> bool:
            return isinstance(value, (int, float)) and math.isfinite(value) and low <= value <= high

        value = self.take(name, f"a number from {low:g} to {high:g}", good, default)
        return value if value is default else float(value)

    def whole(self, name: str, low: int, high: int, default: Any = MISSING) -> Any:
        def good(value: Any) -> bool:
            return isinstance(value, int) and low <= value <= high

        return self.take(name, f"a whole number from {low} to {high}", good, default)

    def tables(self, name: str) -> Sequence[Any]:
        return list(self.take(name, "a list of tables", lambda v: isinstance(v, list), ()))

    def numbers_by_name(self, name: str) -> dict[str, float]:
        def good(value: Any) -> bool:
            return isinstance(value, dict) and all(
                isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in value.values()
            )

        return {k: float(v) for k, v in self.take(name, "a table of numbers", good, {}).items()}

    def flat(self, name: str) -> list[float]:
        def good(value: Any) -> bool:
            if not isinstance(value, list):
                return False
            numbers = [n for row in value for n in (row if isinstance(row, list) else [row])]
            return all(isinstance(n, (int, float)) and not isinstance(n, bool) and math.isfinite(n) for n in numbers)

        value = self.take(name, "a list of numbers, or of rows of them", good)
        return [float(n) for row in value for n in (row if isinstance(row, list) else [row])]

    def end(self) -> None:
        if self._table:
            unknown = min(self._table)
            raise _Bad(
                f"{self._path}{unknown}",
                "an unknown field",
                f"one of {', '.join(sorted(self._known))}",
                "correct its name or remove it",
            )


def _entry(raw: Any, base: Path, label: str, warnings: list[Problem]) -> Entry:
    entry = _Fields(raw, "")
    camera_id = entry.text("camera_id")
    if len(camera_id) > LONGEST_ID or any(c.isspace() or not c.isprintable() for c in camera_id):
        raise _Bad("camera_id", _show(camera_id), f"at most {LONGEST_ID} characters without blanks", "rename it")
    uri, credentials = _source(entry.text("source_uri"), base)
    camera = Camera(
        camera_id=camera_id,
        version=0,
        name=entry.text("name", camera_id),
        site_id=entry.text("site_id"),
        district=entry.text("district"),
        owner=Owner(entry.take("owner", f"one of {', '.join(Owner)}", lambda v: v in tuple(Owner), Owner.PUBLIC)),
        latitude_deg=entry.number("latitude_deg", -90, 90),
        longitude_deg=entry.number("longitude_deg", -180, 180),
        height_m=entry.number("height_m", 0, 1000, None),
        heading_deg=entry.number("heading_deg", 0, 360, None),
        source_uri=uri,
        source_start_us=_start(entry, uri),
        enabled=entry.flag("enabled", default=True),
        width_px=entry.whole("width_px", 16, 16384),
        height_px=entry.whole("height_px", 16, 16384),
        calibration=_calibration(entry),
        zones=_zones(entry),
        speed_limit_kmh=entry.number("speed_limit_kmh", 1, 300, None),
        junction_id=entry.text("junction_id", None),
        capabilities=tuple(
            entry.take(
                "capabilities",
                "a list of texts",
                lambda v: isinstance(v, list) and all(isinstance(c, str) and c for c in v),
                (),
            )
        ),
        analysis=_analysis(entry),
        rules=_rules(entry, label, warnings),
        updated_at_us=0,
    )
    entry.end()
    return Entry(camera, credentials)


def _source(value: str, base: Path) -> tuple[str, Credentials | None]:
    advice = "give a path relative to the file, or a URL"
    if "://" not in value and not value.startswith("file:"):
        return (base / value).resolve().as_uri(), None
    if value.startswith("file:") and not value.startswith("file:///"):
        path = value.removeprefix("file://").removeprefix("file:")
        return (base / path).resolve().as_uri(), None
    try:
        return split_credentials(value)
    except BadAddressError as error:
        raise _Bad("source_uri", str(error), f"a path, or an address of {', '.join(SCHEMES)}", advice) from None


def _start(entry: _Fields, uri: str) -> int | None:
    start_us: int | None = entry.whole("source_start_us", 0, 2**62, None)

    def good(value: Any) -> bool:
        return _instant(value) is not None

    start = entry.take("source_start", "an instant with its zone, e.g. 2026-05-01T08:00:00+05:00", good, None)
    if start is not None and start_us is not None:
        raise _Bad("source_start", "given beside source_start_us", "one of the two", "remove one")
    if start is not None:
        moment = _instant(start)
        assert moment is not None
        start_us = (moment - UNIX_EPOCH) // timedelta(microseconds=1)
    if uri.startswith("file:") and start_us is None:
        advice = "declare when the recording began: the ids of what is found in it derive from that"
        raise _Bad("source_start", "missing", "the instant of a file's first picture", advice)
    if uri.startswith("rtsp") and start_us is not None:
        raise _Bad("source_start", "given for a live source", "nothing: a live source has its own clock", "remove it")
    return start_us


def _instant(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None


def _calibration(entry: _Fields) -> Calibration | None:
    raw = entry.take("calibration", "a table", lambda v: isinstance(v, dict), None)
    if raw is None:
        return None
    table = _Fields(raw, "calibration")
    calibration = Calibration(
        version=table.whole("version", 1, 2**31 - 1),
        method=table.text("method"),
        homography=table.flat("homography"),
        width_px=table.whole("width_px", 16, 16384),
        height_px=table.whole("height_px", 16, 16384),
        position_error_m=table.number("position_error_m", 0, 100),
        scale_error_ratio=table.number("scale_error_ratio", 0, 1),
    )
    table.end()
    return calibration


def _zones(entry: _Fields) -> Sequence[Zone]:
    out: list[Zone] = []
    for number, raw in enumerate(entry.tables("zones")):
        table = _Fields(raw, f"zones[{number}]")
        zone = Zone(
            zone_id=table.text("zone_id"),
            kind=table.take("kind", f"one of {', '.join(sorted(ZONE_KINDS))}", lambda v: v in ZONE_KINDS),
            polygon_px=table.flat("polygon_px"),
            heading_deg=table.number("heading_deg", 0, 360, None),
            limits=table.numbers_by_name("limits"),
        )
        table.end()
        if zone.kind == "signal_head":
            _check_head(zone, f"zones[{number}].limits")
        if any(z.zone_id == zone.zone_id for z in out):
            raise _Bad(f"zones[{number}].zone_id", _show(zone.zone_id), "an id that no other zone has", "rename it")
        out.append(zone)
    return out


def _check_head(zone: Zone, field: str) -> None:
    """Refuse a signal head whose group or lamps cannot be told."""
    groups = [name for name, on in zone.limits.items() if name.startswith("signal_group.") and on]
    lamps = [name.removeprefix("lamps.") for name, on in zone.limits.items() if name.startswith("lamps.") and on]
    advice = "name the group that the head shows: signal_group.NS = 1"
    if len(groups) != 1:
        raise _Bad(field, f"{len(groups)} limits signal_group.*", "one", advice)
    if len(lamps) > 1 or not all(one and set(one) <= set("rag") for one in lamps):
        found = ", ".join(f"lamps.{one}" for one in lamps)
        advice = "give the letters from top to bottom, or from left to right: lamps.rag = 1"
        raise _Bad(field, found, "one limit lamps.<letters> of r, a and g, or none for rag", advice)


def _analysis(entry: _Fields) -> Analysis:
    raw = entry.take("analysis", "a table", lambda v: isinstance(v, dict), None)
    if raw is None:
        return ANALYSIS
    table = _Fields(raw, "analysis")
    regions = []
    for number, region in enumerate(table.tables("regions")):
        part = _Fields(region, f"analysis.regions[{number}]")
        regions.append(
            RegionOfInterest(
                x_px=part.whole("x_px", 0, 16384),
                y_px=part.whole("y_px", 0, 16384),
                width_px=part.whole("width_px", 16, 16384),
                height_px=part.whole("height_px", 16, 16384),
            )
        )
        part.end()
    analysis = Analysis(
        enforcement=table.flag("enforcement", default=ANALYSIS.enforcement),
        idle_fps=table.number("idle_fps", 0, 60, ANALYSIS.idle_fps),
        active_fps=table.number("active_fps", 0.1, 60, ANALYSIS.active_fps),
        score_floor_ratio=table.number("score_floor_ratio", 0, 1, ANALYSIS.score_floor_ratio),
        regions=regions,
    )
    table.end()
    return analysis


def _rules(entry: _Fields, label: str, warnings: list[Problem]) -> Sequence[RuleSetting]:
    out = []
    for number, raw in enumerate(entry.tables("rules")):
        table = _Fields(raw, f"rules[{number}]")
        rule = RuleSetting(
            kind=table.text("kind"), enabled=table.flag("enabled", default=True), params=table.numbers_by_name("params")
        )
        table.end()
        if rule.kind not in RULE_KINDS:
            known = ", ".join(sorted(RULE_KINDS))
            path = f"rules[{number}].kind"
            warnings.append(
                Problem(
                    label, path, _show(rule.kind), f"one of {known}", "it has no effect in this version", fatal=False
                )
            )
        out.append(rule)
    return out


def _drawn_problems(camera: Camera) -> Sequence[Problem]:
    """Return what is wrong with what the entry draws on the image."""
    out = []
    calibration = camera.calibration
    ground = True
    if calibration is not None:
        found = homography_problem(calibration.homography, calibration.width_px, calibration.height_px)
        if found is not None:
            out.append(Problem(camera.camera_id, "calibration.homography", *found))
            ground = False
    for number, zone in enumerate(camera.zones):
        path = f"zones[{number}].polygon_px ({zone.zone_id})"
        found = polygon_problem(zone.polygon_px, camera.width_px, camera.height_px)
        if found is None and calibration is not None and ground and zone.kind != "ignore":
            found = horizon_problem(
                calibration.homography,
                zone.polygon_px,
                calibration.width_px / camera.width_px,
                calibration.height_px / camera.height_px,
            )
        if found is not None:
            out.append(Problem(camera.camera_id, path, *found))
    for number, region in enumerate(camera.analysis.regions):
        if region.x_px + region.width_px > camera.width_px or region.y_px + region.height_px > camera.height_px:
            size = f"{region.x_px}+{region.width_px} x {region.y_px}+{region.height_px}"
            inside = f"inside {camera.width_px} x {camera.height_px}"
            out.append(Problem(camera.camera_id, f"analysis.regions[{number}]", size, inside, "shrink or move it"))
    return out
