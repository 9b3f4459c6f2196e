"""NoiseModel: a noise file, read and checked. docs/noise.md says what each field is and how it was fitted."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from producers.simulator.noise.checked_table import WHOLE, CheckedTable, NoiseFileError
from producers.simulator.noise.class_noise import ClassNoise
from producers.simulator.noise.false_alarms import FalseAlarms
from producers.simulator.noise.plate_noise import PlateNoise

#: COCO-80 ids of the classes that a noise file may name.
COCO_IDS: Final[Mapping[str, int]] = {"person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "bus": 5, "truck": 7}
#: The file that the test city uses unless told otherwise.
SHIPPED: Final = "nanodet_g_416.toml"


@dataclass(frozen=True, slots=True)
class FittedDetector:
    """Whose noise it is, and how it was had.

    Attributes:
        model_name, model_version: as in detections messages.
        canvas_side_px: side of the square canvas that a picture is scaled onto; heights are pixels of it.
        score_threshold: boxes below it are left out.
        analysis_fps: frames a second at which run lengths and correlations were measured.
        provisional: the figures are not fitted; nothing may be concluded from them.
        fitted_on: clips that the figures come from.
        checked_on: clips that they were checked on.
        truth: how the truth of the clips was had.
    """

    model_name: str
    model_version: str
    canvas_side_px: float
    score_threshold: float
    analysis_fps: float
    provisional: bool
    fitted_on: Sequence[str]
    checked_on: Sequence[str]
    truth: str

    @classmethod
    def from_table(cls, table: CheckedTable) -> "FittedDetector":
        """Read the table [detector].

        Raises:
            NoiseFileError: a field is missing, unknown or out of range.
        """
        table.only(*cls.__dataclass_fields__)
        provisional = table.values.get("provisional", False)
        if not isinstance(provisional, bool):
            raise table.refuse("provisional", provisional, "true or false")
        return cls(
            model_name=table.text("model_name"),
            model_version=table.text("model_version"),
            canvas_side_px=table.number("canvas_side_px", 32.0, 8192.0),
            score_threshold=table.number("score_threshold", 0.0, 1.0),
            analysis_fps=table.number("analysis_fps", 0.1, 60.0),
            provisional=provisional,
            fitted_on=table.texts("fitted_on"),
            checked_on=table.texts("checked_on"),
            truth=table.text("truth"),
        )


@dataclass(frozen=True, slots=True)
class NoiseModel:
    """A noise file.

    Attributes:
        detector: whose noise it is.
        classes: by name, in the order of COCO_IDS.
        false_alarms: by name, in the same order.
        plates: how plates are read.
    """

    detector: FittedDetector
    classes: Mapping[str, ClassNoise]
    false_alarms: Mapping[str, FalseAlarms]
    plates: PlateNoise

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "NoiseModel":
        """Read and check the content of a noise file.

        Raises:
            NoiseFileError: a table or a field is missing, unknown or out of range.
        """
        root = CheckedTable(WHOLE, data)
        root.only("detector", "class", "false_alarms", "plates")
        entries = data.get("class")
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise root.refuse("class", entries, "tables [[class]]")
        names = tuple(COCO_IDS)
        classes: dict[str, ClassNoise] = {}
        for entry in entries:
            name = str(entry.get("name"))
            if name not in names or name in classes:
                raise root.refuse("class.name", name, f"each of {', '.join(names)} once")
            classes[name] = ClassNoise.from_table(CheckedTable(f"[[class]] {name}", entry), names)
        missing = [name for name in names if name not in classes]
        if missing:
            raise NoiseFileError(f"noise file: [[class]] {missing[0]} is missing; expected {', '.join(names)}")
        alarms = root.table("false_alarms")
        alarms.only(*names)
        return cls(
            detector=FittedDetector.from_table(root.table("detector")),
            classes={name: classes[name] for name in names},
            false_alarms={name: FalseAlarms.from_table(alarms.table(name)) for name in names if name in alarms.values},
            plates=PlateNoise.from_table(root.table("plates")),
        )

    @classmethod
    def load(cls, path: Path | None = None) -> "NoiseModel":
        """Read a file; without a path the one that ships with Vigil.

        Raises:
            NoiseFileError: it cannot be read, is no TOML, or says something that cannot be.
        """
        try:
            file = path or resources.files("producers.simulator.noise") / SHIPPED
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NoiseFileError(f"noise file {path}: {error}; name a readable TOML file") from error
        try:
            return cls.from_toml(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise NoiseFileError(f"noise file {path or SHIPPED} is no TOML: {error}; correct the file") from error
