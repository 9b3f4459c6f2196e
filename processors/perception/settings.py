"""Settings of perception: environment variables VIGIL_PERCEPTION_*, then defaults."""

from typing import ClassVar, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

#: COCO-80 ids of what a city asks about: person, bicycle, car, motorcycle, bus, train, truck, dog, backpack, handbag,
#: suitcase. The rest of COCO (furniture, food, ...) only brings false finds from a street camera.
CITY_CLASSES = (0, 1, 2, 3, 5, 6, 7, 16, 24, 26, 28)


class PerceptionSettings(BaseSettings):
    """How perception works. What differs from camera to camera stands in the registry instead (Analysis)."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="VIGIL_PERCEPTION_", frozen=True)

    # What is sampled
    idle_gap_ms: int = Field(
        900,
        gt=0,
        description="with idle_fps 0: shortest time between two sampled keyframes, milliseconds; shorter samples more"
        " of a stream of short GOPs or of MJPEG, where every frame is a keyframe",
    )
    hold_ms: int = Field(
        3000,
        ge=0,
        description="a scene stays active so long after the last sign of motion, milliseconds; longer costs inferences,"
        " shorter cuts the tracks of things that halt for a moment",
    )
    size_surge_ratio: float = Field(
        1.6,
        gt=1.0,
        description="non-key packets larger than so many times their running mean are a sign of motion; lower reacts to"
        " noise, higher misses small things (an encoder at constant bit rate never shows it)",
    )
    motion_floor_ratio: float = Field(
        0.006,
        gt=0.0,
        lt=1.0,
        description="share of the picture that must have changed between two samples to be a sign of motion; 0.006 of"
        " an 80x45 grid is 22 cells, about a pedestrian",
    )
    moved_iou_ratio: float = Field(
        0.6,
        gt=0.0,
        lt=1.0,
        description="a box that overlaps no box of its kind in the last sample by this much has moved",
    )
    moved_score_ratio: float = Field(0.35, ge=0.0, le=1.0, description="score below which a box is no sign of motion")
    most_samples: int = Field(30, ge=1, description="sampled frames of one group at most")

    # What is decoded
    decode_threads: int = Field(2, ge=1, description="threads that decode and scale; each camera uses one at a time")
    live_decoders: int = Field(
        64,
        ge=1,
        description="decoders kept open between groups, up to about 20 MB each at 1080p; a camera beyond them decodes"
        " its GOP from the start again",
    )
    gop_store_bytes: int = Field(
        128 * 2**20,
        ge=2**20,
        description="encoded groups of GOPs under way kept in memory; what does not fit is read from Kafka again",
    )
    gop_read_bytes: int = Field(
        512 * 2**20, ge=2**20, description="bytes read from Kafka at most to rebuild one decoder; beyond: GOP_GONE"
    )
    most_pixels: int = Field(4096 * 2304, gt=0, description="pictures with more pixels are not decoded (UNDECODABLE)")

    # What is inferred
    model_name: str = Field("detector", description="the detection model in Triton's repository")
    side_px: int = Field(416, gt=0, description="side of the square canvas that the model takes, pixels")
    classes: tuple[int, ...] = Field(CITY_CLASSES, description="COCO-80 class ids kept")
    score_floor_ratio: float = Field(0.3, ge=0.0, le=1.0, description="lowest score kept for unregistered cameras")
    merge_iou_ratio: float = Field(
        0.55,
        gt=0.0,
        lt=1.0,
        description="boxes of one kind that overlap by more are one thing; lower merges neighbours",
    )
    most_boxes: int = Field(200, ge=1, description="boxes of one sampled frame at most, the strongest first")
    in_flight: int = Field(
        4, ge=1, description="requests to Triton under way at once; two for each model instance keep it busy"
    )
    infer_timeout_s: float = Field(5.0, gt=0.0, description="deadline of one request to Triton, seconds")
    infer_attempts: int = Field(4, ge=1, description="tries of one request before the stage pauses")
    reconnect_backoff_ms: int = Field(1000, ge=100, description="longest pause between gRPC's tries to connect")

    # Plates
    plates: Literal["off", "enforcement"] = Field(
        "enforcement", description="where plates are read: on no camera, or on those that measure violations"
    )
    plates_find_name: str = Field("plate_detect", description="the plate detector in Triton's repository")
    plates_read_name: str = Field("plate_read", description="the plate reader in Triton's repository")
    plates_least_vehicle_px: float = Field(
        200.0,
        gt=0.0,
        description="vehicles narrower than this are not looked at, pixels: a plate is about a quarter as wide, and"
        " below 60 pixels few are read right (docs/plates.md); lower costs requests for little",
    )
    plates_most_per_sample: int = Field(
        2, ge=1, description="vehicles looked at in one sampled frame, the widest first"
    )
    plates_most_per_group: int = Field(
        4, ge=1, description="vehicles looked at in one group; each costs what two more sampled frames do"
    )
    plates_score_floor_ratio: float = Field(
        0.1,
        ge=0.0,
        le=1.0,
        description="surety of the detector from which a plate is read; 0.1 is the model's own floor, and nothing on"
        " the shipped clips' vehicles reaches it; higher loses small plates",
    )
    plates_least_ratio: float = Field(
        0.3,
        ge=0.0,
        le=1.0,
        description="a read whose best text is less probable is no read: unreadable stays unreadable",
    )
    plates_groups: int = Field(
        4, ge=1, description="groups whose whole pictures are in memory for this at once, over all cameras"
    )
    plates_pictures: int = Field(
        6, ge=1, description="sampled frames of one group whose whole pictures are kept for this, spread over the group"
    )

    # Signals
    signal_wait_s: float = Field(
        3.0, ge=0.0, description="so long after a group's CreateTime its junction's controller is waited for, seconds"
    )
    signal_history_s: float = Field(
        3600.0, gt=0.0, description="phase changes kept, seconds: a replay older than that finds its signals unknown"
    )
    metrics_port: int | None = Field(
        None, description="port of the Prometheus endpoint; none: no endpoint; 0: a free one"
    )
