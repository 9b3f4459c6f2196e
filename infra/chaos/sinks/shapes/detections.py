"""Messages of `detections`: wide, with arrays, nested records and a record that may be absent."""

from collections.abc import Sequence
from typing import Any

from infra.chaos.sinks.shapes.shape import BEGIN_US, NULL, PARTS, Record, Shape, joined, nullable

_SIGNALS = ("RED", "RED_AMBER", "GREEN", "AMBER")
_STATUSES = ("DECODED", "NOT_SAMPLED", "NO_KEYFRAME", "GOP_GONE")
_SCENE = ("motion_ratio", "luma_mean", "luma_sd", "sharpness")
#: What one further box takes of a message, bytes: 5 floats, 2 ints.
_BOX_BYTES = 24


def _make(number: int, bits: int, padding_bytes: int) -> Record:
    boxes = (bits & 3) + padding_bytes // _BOX_BYTES
    at_us = BEGIN_US + number * 1_000
    edge = (bits >> 2 & 0xFFF) / 4
    plate = {"box": 0, "candidates": [{"text": f"{bits >> 40 & 0xFFF:03X}ӘҒҚ02", "probability_ratio": 0.75}]}
    scene = {"motion_ratio": (bits >> 8 & 0x3FF) / PARTS, "luma_mean": 96.5, "luma_sd": edge, "sharpness": 11.25}
    signal = {"group_id": f"g{bits >> 14 & 3}", "signal": _SIGNALS[bits >> 16 & 3], "since_us": at_us - 5_000_000}
    return {
        "camera_id": f"ALA-{number % 61:04d}",
        "epoch_us": BEGIN_US,
        "sequence": number,
        "captured_at_us": at_us,
        "duration_us": 1_000_000 - (bits >> 20 & 0xFFFF),
        "clock_source": ("RTCP", "ARRIVAL", "FILE")[bits % 3],
        "frames_partition": bits >> 22 & 3,
        "frames_offset": number,
        "frames_created_at_ms": at_us // 1_000 + 7,
        "registry_version": 1 + (bits >> 24 & 1),
        "model_name": "yolo",
        "model_version": f"v{bits >> 25 & 1}",
        "width_px": 1280,
        "height_px": 720,
        "decode_status": _STATUSES[bits >> 26 & 3],
        "packets": 25,
        "frames_decoded": bits >> 28 & 7,
        "sample_at_us": [at_us, at_us + 500_000],
        "sample_packet": [0, 12],
        "box_sample": [0] * boxes,
        "box_x1_px": [edge] * boxes,
        "box_y1_px": [edge + 0.25] * boxes,
        "box_x2_px": [edge + 40.5] * boxes,
        "box_y2_px": [edge + 80.75] * boxes,
        "box_score": [(bits >> 30 & 0x3FF) / PARTS] * boxes,
        "box_class": [bits >> 33 & 7] * boxes,
        "plates": [plate] if boxes and bits >> 36 & 1 else [],
        "scene": scene if bits >> 37 & 1 else None,
        "signals_known": bool(bits >> 38 & 1),
        "signals": [signal] if bits >> 38 & 1 else [],
    }


def _whole(values: Sequence[Any], parts: int = 1) -> str:
    return f"[{','.join(str(int(value * parts)) for value in values)}]"


def _candidates(candidates: Sequence[Record]) -> str:
    return ",".join(f"('{c['text']}',{int(c['probability_ratio'] * PARTS)})" for c in candidates)


def _text(r: Record) -> str:
    scene = r["scene"]
    plates = ",".join(f"({plate['box']},[{_candidates(plate['candidates'])}])" for plate in r["plates"])
    signals = ",".join(f"('{s['group_id']}','{s['signal']}',{s['since_us']})" for s in r["signals"])
    scenes = "|".join(NULL if scene is None else str(int(scene[name] * PARTS)) for name in _SCENE)
    return (
        f"{r['camera_id']}|{r['epoch_us']}|{r['sequence']}|{r['captured_at_us']}|{r['duration_us']}|{r['clock_source']}"
        f"|{r['frames_partition']}|{r['frames_offset']}|{r['frames_created_at_ms']}|{r['registry_version']}"
        f"|{r['model_name']}|{r['model_version']}|{r['width_px']}|{r['height_px']}|{r['decode_status']}|{r['packets']}"
        f"|{r['frames_decoded']}|{_whole(r['sample_at_us'])}|{_whole(r['sample_packet'])}|{_whole(r['box_sample'])}"
        f"|{_whole(r['box_x1_px'], PARTS)}|{_whole(r['box_y1_px'], PARTS)}|{_whole(r['box_x2_px'], PARTS)}"
        f"|{_whole(r['box_y2_px'], PARTS)}|{_whole(r['box_score'], PARTS)}|{_whole(r['box_class'])}|[{plates}]|{scenes}"
        f"|{str(r['signals_known']).lower()}|[{signals}]"
    )


def _parts(array: str) -> str:
    return f"arrayMap(v -> toInt64(v * {PARTS}), {array})"


def _sql(captured_at_us: str, frames_created_at_ms: str, sample_at_us: str, scene: str) -> str:
    candidates = f"arrayMap(c -> (c.1, toInt64(c.2 * {PARTS})), p.2)"
    return joined(
        *("camera_id", "epoch_us", "sequence", captured_at_us, "duration_us", "clock_source", "frames_partition"),
        *("frames_offset", frames_created_at_ms, "registry_version", "model_name", "model_version", "width_px"),
        *("height_px", "decode_status", "packets", "frames_decoded", sample_at_us, "sample_packet", "box_sample"),
        *(_parts(f"box_{name}") for name in ("x1_px", "y1_px", "x2_px", "y2_px", "score")),
        "box_class",
        f"arrayMap(p -> (p.1, {candidates}), plates)",
        *(nullable(f"toInt64({scene}{name} * {PARTS})") for name in _SCENE),
        "signals_known",
        "arrayMap(s -> (s.1, toString(s.2), s.3), signals)",
    )


DETECTIONS = Shape(
    "detections",
    _make,
    _text,
    _sql("captured_at_us", "frames_created_at_ms", "sample_at_us", "scene."),
    _sql(
        "toUnixTimestamp64Micro(captured_at)",
        "toUnixTimestamp64Milli(frames_created_at)",
        "arrayMap(t -> toUnixTimestamp64Micro(t), sample_at)",
        "scene_",
    ),
    ("epoch_us", "captured_at_us", "frames_created_at_ms"),
)
