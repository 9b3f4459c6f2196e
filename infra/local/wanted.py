"""Which stages the runner shall keep: a file of the data folder that other processes change and the runner follows."""

import fcntl
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.local.stages import StageProcess


class WantedStages:
    """run/stages.json of one data folder.

    Args:
        folder: the stack's data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "run" / "stages.json"
        self._seen: str | None = None

    def read(self) -> Sequence[StageProcess]:
        """Return what is wanted; nothing where the file is absent."""
        try:
            return [StageProcess.from_json(entry) for entry in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []

    def changed(self) -> Sequence[StageProcess] | None:
        """Return what is wanted if that is new since the last call, else None."""
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else "[]"
        if text == self._seen:
            return None
        self._seen = text
        return [StageProcess.from_json(entry) for entry in json.loads(text)]

    def change(self, edit: Callable[[Sequence[StageProcess]], Sequence[StageProcess]]) -> None:
        """Replace what is wanted; other writers wait meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            text = json.dumps([stage.to_json() for stage in edit(self.read())], indent=1)
            temporary = self._path.with_suffix(".new")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self._path)
