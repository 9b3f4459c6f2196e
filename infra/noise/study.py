"""The study's three steps: the reference truth of the clips, the fit of the noise file, and the comparison."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from infra.noise.clips import CLIPS, Clip, path_of, pictures
from infra.noise.comparison import Quality, quality, simulated_quality
from infra.noise.contact_sheet import ContactSheet
from infra.noise.corrections import corrected, corrections_of
from infra.noise.estimate import Observed, refined
from infra.noise.fusion import fuse
from infra.noise.linking import link
from infra.noise.matching import match
from infra.noise.model_session import SIDE_PX, ModelSession, NoiseStudyError
from infra.noise.noise_text import noise_text
from infra.noise.plate_study import SHAPE as PLATE_SHAPE
from infra.noise.plate_study import study_plates
from infra.noise.real_detector import MODEL, detect
from infra.noise.reference_boxes import raw_boxes
from infra.noise.truth_file import ClipTruth, read_truth, truth_of, write_truth
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.noise.noise_tables import NoiseTables

Say = Callable[[str], None]
TRUTH = (
    "NanoDet-g and YOLOX-nano on the whole picture, mirrored, and on four overlapping tiles, fused; linked over time in"
    " both directions, interpolated and smoothed; corrected by eye on contact sheets (infra/noise/corrections.toml)."
    " What neither model shows in any view and eyes did not add is not in it."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The real and the simulated detector on one clip."""

    clip: Clip
    frames: int
    true_boxes: int
    real: Quality
    simulated: Quality


@dataclass(frozen=True, slots=True)
class ObservedClip:
    """A clip with the real detector's boxes, its truth and its picture size."""

    observed: Observed
    truth: ClipTruth
    size_px: tuple[int, int]


def make_truth(names: Sequence[str], footage: Path | None, second_model: Path, sheets: Path, say: Say) -> None:
    """Write the reference truth of clips, and contact sheets to look at it.

    Args:
        names: of the clips.
        footage: folder of clips that the repository does not have.
        second_model: YOLOX-nano's file, which the repository does not have either.
        sheets: folder of the contact sheets.
        say: takes lines of progress.

    Raises:
        NoiseStudyError: a clip or a model is missing, or a process failed.
    """
    for name in names:
        clip, path = CLIPS[name], path_of(CLIPS[name], footage)
        if path is None:
            raise NoiseStudyError(f"clip {name}: {CLIPS[name].file} is not at hand; name its folder with --footage")
        found, sheet, size = [], ContactSheet(corrections_of(name).viewed), (0, 0)
        with ModelSession("detector", MODEL) as first, ModelSession("yolox", second_model) as second:
            for number, (_, picture) in enumerate(pictures(clip, path)):
                found.append(fuse(raw_boxes(picture, (first, second)).rows))
                sheet.take(number, picture)
                size = (picture.width, picture.height)
                if number % 50 == 49:
                    say(f"{name}: {number + 1} frames")
        truth = truth_of(corrected(link(found, size), corrections_of(name)))
        say(f"{name}: {write_truth(name, truth)}, {sheet.write(sheets / f'{name}.png', truth)}")


def observe(names: Sequence[str], footage: Path | None, say: Say) -> dict[str, ObservedClip]:
    """Run the real detector over the clips that are at hand; the others are named."""
    out = {}
    with ModelSession("detector", MODEL) as session:
        for name in names:
            clip, path = CLIPS[name], path_of(CLIPS[name], footage)
            if path is None:
                say(f"{name}: {clip.file} is not part of the repository and not in --footage: left out")
                continue
            truth = read_truth(name)
            boxes, frames, size = detect(clip, path, session, say)
            observed = Observed(name, SIDE_PX / max(size), frames, boxes, match(truth, boxes))
            out[name] = ObservedClip(observed, truth, size)
    return out


def with_plates(model: NoiseModel, reader: Path | None, say: Say) -> NoiseModel:
    """Return the model with a plate reader's figures; as it is without a reader.

    Raises:
        NoiseStudyError: the reader is missing, or its process failed.
    """
    if reader is None:
        return model
    with ModelSession("plates", reader, PLATE_SHAPE) as session:
        return replace(model, plates=study_plates(session, model.plates, say))


def fit(clips: dict[str, ObservedClip], model: NoiseModel) -> str:
    """Return the text of the noise file fitted on the clips that are for it.

    Raises:
        NoiseStudyError: one of those clips is missing.
    """
    wanted = [name for name, clip in CLIPS.items() if clip.fitted]
    missing = [name for name in wanted if name not in clips]
    if missing:
        raise NoiseStudyError(f"clips {', '.join(missing)} are missing; the fit needs {', '.join(wanted)}")
    new, shown = refined(model, [clips[name].observed for name in wanted])
    checked = tuple(name for name, clip in CLIPS.items() if not clip.fitted)
    detector = replace(new.detector, provisional=False, fitted_on=tuple(wanted), checked_on=checked, truth=TRUTH)
    remarks = {
        name: f"{count} true boxes of this class in the clips"
        + ("" if new.classes[name] != model.classes[name] else ": not fitted, plausible figures")
        for name, count in shown.items()
    }
    return noise_text(replace(new, detector=detector), remarks)


def compare(clips: dict[str, ObservedClip], model: NoiseModel) -> list[Compared]:
    """Hold the simulated detector against the real one on each clip."""
    tables = NoiseTables.of(model)
    return [
        Compared(
            clip=CLIPS[name],
            frames=one.observed.frames,
            true_boxes=len(one.observed.matched.found),
            real=quality([one.observed.matched]),
            simulated=simulated_quality(tables, one.observed, one.truth, one.size_px),
        )
        for name, one in clips.items()
    ]
