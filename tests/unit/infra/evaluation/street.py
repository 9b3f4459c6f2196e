"""True events and findings for the scorer's tests, in whole seconds."""

from infra.evaluation.finding import Finding
from infra.evaluation.kind_score import KindCase, Watch, score_kind
from infra.evaluation.true_event import Box, Family, TrueEvent, View

S = 1_000_000
WATCH = Watch(camera_seconds=43_200.0, end_us={"A": 10_000 * S, "B": 10_000 * S})


def event(
    name: str,
    first: int,
    due: int,
    last: int,
    *,
    cameras: str = "A",
    actors: tuple[int, ...] = (),
    negative_of: tuple[str, ...] = (),
    kind: str = "crowd",
    family: Family = "incident",
    region: Box | None = None,
    measured: float | None = None,
) -> TrueEvent:
    """Return a true event, or a hard negative where negative_of names kinds; seconds."""
    return TrueEvent(
        name,
        family,
        kind,
        negative_of,
        f"scene_{name[0]}",
        first * S,
        due * S,
        last * S,
        [View(camera, first * S, last * S, region) for camera in cameras],
        frozenset(actors),
        measured,
    )


def finding(
    name: str,
    alert: int,
    *,
    camera: str = "A",
    first: int | None = None,
    last: int | None = None,
    actors: tuple[int, ...] = (),
    kind: str = "crowd",
    family: Family = "incident",
    boxes: tuple[Box, ...] = (),
    measured: tuple[float, float] | None = None,
) -> Finding:
    """Return a finding; seconds."""
    return Finding(
        finding_id=name,
        family=family,
        kind=kind,
        camera_id=camera,
        from_us=(alert if first is None else first) * S,
        to_us=(alert if last is None else last) * S,
        alert_us=alert * S,
        boxes_xyxy_px=boxes,
        actors=frozenset(actors),
        measured=None if measured is None else measured[0],
        measured_error=None if measured is None else measured[1],
    )


def crowd(truth: list[TrueEvent], findings: list[Finding], watch: Watch = WATCH) -> KindCase:
    """Score crowds."""
    return score_kind("crowd", "incident", truth, findings, watch, implemented=True)
