"""Gathers the report: reads every topic, asks every table, draws a still of each finding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra.demo.accounting import Account, Second, TableCount, balance, second_of
from infra.demo.kept_evidence import look
from infra.demo.report import CameraFigures, Finding, Report
from infra.demo.stills import MOST_GROUPS_BACK, FramesGoneError, FramesReader, draw_still
from infra.demo.tables import BALANCE_SQL, TABLES, Tables
from infra.demo.topic_reader import RawRecord, TopicReader
from infra.local.kafka import message_max_bytes
from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.messages import Camera, DeadLetter, Evidence, Frames, Incident, Violation
from schemas.registry import RegistrySchemaIds
from schemas.wire import BadMessageError

#: Which evidence is shown, the first that is there.
ROLES = ("best", "peak", "latest", "onset")


def gather(
    settings: Settings, reader: TopicReader, tables: Tables, out: Path, *, evidence: bool = False, cases: bool = False
) -> Report:
    """Return the report of a finished run; stills are written below `out`, where evidence lies if it was kept."""
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    prefix = settings.topic_prefix
    cameras: dict[str, Camera] = {}
    for record in reader.read(prefix + "cameras"):
        camera = codec.decode("cameras", record.value or b"")
        cameras[camera.camera_id] = camera
    spans: dict[str, list[int]] = {}
    produced = list(_produced(codec, reader.read(prefix + "frames"), spans))
    detected = _seconds(codec, "detections", reader.read(prefix + "detections"))
    tracked = _seconds(codec, "tracks", reader.read(prefix + "tracks"))
    dead = list(_dead_seconds(codec, reader.read(prefix + "dead-letters")))
    account = balance(produced, detected, tracked, tables.seconds("detections"), tables.seconds("tracks"), dead)
    counts = {topic: tables.count(topic, reader.count(prefix + topic)) for topic in TABLES}
    last_steps: dict[str, Incident] = {}
    named: set[tuple[str, int]] = set()
    for record in reader.read(prefix + "incidents"):
        step: Incident = codec.decode("incidents", record.value or b"")
        if step.evidence:
            named.add((step.incident_id, step.revision))
        if step.incident_id not in last_steps or last_steps[step.incident_id].revision < step.revision:
            last_steps[step.incident_id] = step
    violations: dict[str, Violation] = {}
    for record in reader.read(prefix + "violations"):
        violation: Violation = codec.decode("violations", record.value or b"")
        violations.setdefault(violation.violation_id, violation)
        if violation.evidence:
            named.add((violation.violation_id, 0))
    findings = _findings(settings, codec, tables, [*last_steps.values(), *violations.values()], out)
    kept = look(out, len(named)) if evidence else None
    return Report(
        account=account,
        cameras=_cameras(cameras, produced, spans, tables, findings),
        tables=counts,
        latency_ms=tables.latency_ms(),
        incidents=len(last_steps),
        violations=len(violations),
        findings=findings,
        problems=[*_problems(account, counts, findings, cameras), *(kept.problems if kept is not None else ())],
        query=BALANCE_SQL,
        cases=tables.cases() if cases else None,
        evidence=kept,
    )


def _produced(codec: MessageCodec, records: Iterable[RawRecord], spans: dict[str, list[int]]) -> Iterable[Second]:
    for record in records:
        frames: Frames = codec.decode("frames", record.value or b"")
        span = spans.setdefault(frames.camera_id, [frames.captured_at_us, frames.captured_at_us])
        span[0] = min(span[0], frames.captured_at_us)
        span[1] = max(span[1], frames.captured_at_us + frames.duration_us)
        yield second_of(frames)


def _seconds(codec: MessageCodec, topic: str, records: Iterable[RawRecord]) -> list[Second]:
    return [second_of(codec.decode(topic, record.value or b"")) for record in records]


def _dead_seconds(codec: MessageCodec, records: Iterable[RawRecord]) -> Iterable[Second]:
    """Yield the camera-seconds of refused messages; what cannot be decoded at all stands for itself."""
    for record in records:
        letter: DeadLetter = codec.decode("dead-letters", record.value or b"")
        topic = letter.topic.rpartition(".")[2]
        try:
            message = codec.decode(topic, letter.value or b"")
        except (BadMessageError, KeyError):
            yield f"undecodable {letter.topic}", letter.partition, letter.offset
            continue
        if topic in {"frames", "detections", "tracks"}:
            yield second_of(message)


def _findings(
    settings: Settings, codec: MessageCodec, tables: Tables, messages: Sequence[Incident | Violation], out: Path
) -> list[Finding]:
    (out / "stills").mkdir(exist_ok=True)
    reader = FramesReader(settings.bootstrap_servers, settings.topic_prefix + "frames", codec, message_max_bytes())
    findings = []
    try:
        for message in sorted(messages, key=_moment):
            incident = isinstance(message, Incident)
            identity = message.incident_id if isinstance(message, Incident) else message.violation_id
            still, error = _still(reader, tables, message, identity, out)
            findings.append(
                Finding(
                    family="incident" if incident else "violation",
                    id=identity,
                    kind=message.kind,
                    camera_id=message.camera_id,
                    summary=message.summary,
                    still=still,
                    still_error=error,
                )
            )
    finally:
        reader.close()
    return findings


def _moment(message: Incident | Violation) -> tuple[str, int, str]:
    if isinstance(message, Incident):
        return "incident", message.opened_at_us, message.incident_id
    return "violation", message.occurred_at_us, message.violation_id


def _still(
    reader: FramesReader, tables: Tables, message: Incident | Violation, identity: str, out: Path
) -> tuple[str | None, str | None]:
    evidence = _shown(message.evidence)
    if evidence is None:
        return None, "the finding names no evidence"
    target = out / "stills" / f"{identity}.jpg"
    index = tables.coordinates(evidence.camera_id, evidence.epoch_us, evidence.sequence, MOST_GROUPS_BACK)
    caption = f"{message.camera_id}  {message.kind.replace('_', ' ')}  {evidence.role}"
    try:
        draw_still(reader, evidence, index, caption, target)
    except (FramesGoneError, ValueError) as error:
        return None, str(error)
    return f"stills/{target.name}", None


def _shown(evidence: Sequence[Evidence]) -> Evidence | None:
    by_role = {reference.role: reference for reference in evidence}
    return next((by_role[role] for role in ROLES if role in by_role), evidence[0] if evidence else None)


def _cameras(
    cameras: dict[str, Camera],
    produced: Sequence[Second],
    spans: dict[str, list[int]],
    tables: Tables,
    findings: Sequence[Finding],
) -> list[CameraFigures]:
    seconds = Counter(camera for camera, _, _ in set(produced))
    found = Counter((finding.camera_id, finding.family) for finding in findings)
    figures = tables.figures()
    out = []
    for camera_id, camera in sorted(cameras.items()):
        decoded, inferred, boxes, tracks = figures.get(camera_id, (0, 0, 0, 0))
        first, last = spans.get(camera_id, [0, 0])
        out.append(
            CameraFigures(
                camera_id=camera_id,
                file=unquote(urlsplit(camera.source_uri).path).rpartition("/")[2],
                duration_s=round((last - first) / 1e6, 3),
                camera_seconds=seconds[camera_id],
                frames_decoded=decoded,
                frames_inferred=inferred,
                detections=boxes,
                tracks=tracks,
                incidents=found[camera_id, "incident"],
                violations=found[camera_id, "violation"],
            )
        )
    return out


def _problems(
    account: Account, counts: dict[str, TableCount], findings: Sequence[Finding], cameras: dict[str, Camera]
) -> list[str]:
    problems = []
    if not account.produced:
        problems.append("no camera-second was produced")
    if account.missing:
        problems.append(f"{account.missing} camera-seconds are missing")
    if account.duplicated:
        problems.append(f"{account.duplicated} rows are double")
    if account.dead_lettered:
        problems.append(f"{account.dead_lettered} camera-seconds were dead-lettered")
    problems += [f"table {topic} does not equal its topic" for topic, count in counts.items() if not count.equal]
    if len(cameras) == 0:
        problems.append("no camera is registered")
    problems += [f"no still of {finding.id}: {finding.still_error}" for finding in findings if finding.still is None]
    return problems
