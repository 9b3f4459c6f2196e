"""The first seconds of the demo's clips, with their entries of its registry."""

from collections.abc import Sequence
from pathlib import Path

from infra.bad_input.recordings import cut
from infra.demo.run import REGISTRY


def short_registry(folder: Path, names: Sequence[str], seconds: float) -> Path:
    """Write clips and a registry of the demo's cameras that play them; return the registry.

    Args:
        folder: where they go.
        names: clips, without suffix.
        seconds: how much of each.
    """
    head, *entries = REGISTRY.read_text(encoding="utf-8").split("[[cameras]]\n")
    wanted = [entry for name in names for entry in entries if f'"footage/{name}.mp4"' in entry]
    assert len(wanted) == len(names), f"the demo's registry has not all of {names}"
    (folder / "footage").mkdir(parents=True)
    for name in names:
        clip = Path("footage") / f"{name}.mp4"
        cut(REGISTRY.parent / clip, folder / clip, seconds)
    registry = folder / "cameras.toml"
    registry.write_text(head + "".join(f"[[cameras]]\n{entry}" for entry in wanted), encoding="utf-8")
    return registry
