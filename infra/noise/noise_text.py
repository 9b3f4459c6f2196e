"""A noise model as the text of a noise file."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from producers.simulator.noise.noise_model import NoiseModel

HEAD = """\
# What the detector does to the truth, as the test city applies it (docs/noise.md). `vigil city noise fit` wrote it.
# Heights are pixels of the detector's canvas; runs and correlations are in frames at analysis_fps.
"""


def noise_text(model: NoiseModel, remarks: Mapping[str, str]) -> str:
    """Return the file's text.

    Args:
        model: what to write.
        remarks: by class name, a comment above its table.
    """
    out = [HEAD, "[detector]"]
    out += [f"{field.name} = {_value(getattr(model.detector, field.name))}" for field in fields(model.detector)]
    for name, noise in model.classes.items():
        out += ["", f"# {remarks[name]}"] if name in remarks else [""]
        out += ["[[class]]", *(f"{f.name} = {_value(getattr(noise, f.name))}" for f in fields(noise))]
    for name, alarm in model.false_alarms.items():
        out += ["", f"[false_alarms.{name}]"]
        out += [f"{field.name} = {_value(getattr(alarm, field.name))}" for field in fields(alarm)]
    out += ["", "[plates]"]
    out += [
        f"{field.name} = {_value(getattr(model.plates, field.name))}"
        for field in fields(model.plates)
        if field.name != "confusions"
    ]
    out += ["", "[plates.confusions]"]
    out += [f"{true} = {_value(wrong)}" for true, wrong in model.plates.confusions.items()]
    return "\n".join(out) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if is_dataclass(value):
        return _value({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return repr(value)
