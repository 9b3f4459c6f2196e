"""Writes a film of some of a city's cameras: a file a camera, the registry that names them, and the truth."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from infra.film.encode import CameraFile
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import PACKETS
from producers.simulator.city_files import CITY_FILE, REGISTRY_FILE, city_document, registry_document
from producers.simulator.pixels.film import Film
from producers.simulator.pixels.ground import Textures, background
from producers.simulator.pixels.showing import showings
from producers.simulator.pixels.sprite import SpriteLibrary
from producers.simulator.pixels.take import Take
from schemas.messages import Truth, TruthTracks

TRUTH_FILE: Final = "truth.jsonl"
TRACKS_FILE: Final = "truth-tracks.jsonl"
CLASS_NAMES: Final = ("person", "bicycle", "car", "motorcycle", "bus", "truck")


@dataclass(frozen=True, slots=True)
class Filmed:
    """One camera's film.

    Attributes:
        camera_id: the camera.
        file: name of its file.
        frames: in it.
        frames_sha256: over the frames as the encoder got them.
        file_sha256: over the file.
        bytes: of the file.
        left_out: boxes of classes without a cut-out, by class.
        not_drawn: scenarios of its truth that pixels do not show.
    """

    camera_id: str
    file: str
    frames: int
    frames_sha256: str
    file_sha256: str
    bytes: int
    left_out: dict[str, int]
    not_drawn: Sequence[str]


def film(taken: Take, city: City, out: Path, say: Callable[[str], None]) -> Sequence[Filmed]:
    """Film each camera of a take; write registry, city and truth beside.

    Raises:
        OSError: the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    _documents(taken, city, out)
    library, textures = SpriteLibrary.load(), Textures()
    return [_one(taken, camera, city, library, textures, out, say) for camera in taken.cameras]


def _one(
    taken: Take,
    camera: CityCamera,
    city: City,
    library: SpriteLibrary,
    textures: Textures,
    out: Path,
    say: Callable[[str], None],
) -> Filmed:
    shown, missing = showings(camera.view, camera.camera_id, taken.truths())
    made = Film(camera, background(camera, city.streets, textures), library, shown, city.seed)
    path, count = out / f"{camera.camera_id}.mp4", 0
    with CameraFile(path, camera.view.width_px, camera.view.height_px, PACKETS) as file:
        for second, (at_us, seen) in enumerate(taken.seconds(camera), 1):
            for n, at in enumerate(at_us.tolist()):
                file.write(made.frame(seen, n, at), made.noise())
                count += 1
            if second % 10 == 0:
                say(f"{camera.camera_id}: {second} of {taken.plan.seconds} s")
    content = path.read_bytes()
    left_out = {CLASS_NAMES[kind]: n for kind, n in sorted(made.left_out.items())}
    return Filmed(
        camera_id=camera.camera_id,
        file=path.name,
        frames=count,
        frames_sha256=file.frames_sha256,
        file_sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        left_out=left_out,
        not_drawn=missing,
    )


def _documents(taken: Take, city: City, out: Path) -> None:
    """Write registry.json with files as sources, city.json, truth.jsonl and truth-tracks.jsonl."""
    epochs = {camera.camera_id: taken.epoch_us(camera) for camera in taken.cameras}
    entries = []
    for entry in registry_document(city)["cameras"]:
        name = entry["camera_id"]
        if name in epochs:
            entries.append({**entry, "source_uri": f"{name}.mp4", "source_start_us": epochs[name]})
    _write_json(out / REGISTRY_FILE, {"cameras": entries})
    _write_json(out / CITY_FILE, city_document(city))
    for name, kind in ((TRUTH_FILE, Truth), (TRACKS_FILE, TruthTracks)):
        lines = [
            json.dumps(asdict(one.message), default=list, ensure_ascii=False)
            for second in taken.messages
            for one in second
            if isinstance(one.message, kind)
        ]
        (out / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
