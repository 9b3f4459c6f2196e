"""Fit the demo cameras to observations.toml and print their calibrations.

python -m infra.demo.calibrate
"""

import math
import tomllib
from importlib import resources
from typing import Any

import click

from infra.demo.calibration import ROLL_SD_DEG, Height, Length, Observation, Offset, Pinhole, fit


def observations_of(entry: dict[str, Any]) -> list[Observation]:
    """Turn one camera's table of observations.toml into observations."""
    out: list[Observation] = [
        Length(o["what"], tuple(o["a_px"]), tuple(o["b_px"]), o["metres"]) for o in entry.get("lengths", [])
    ]
    out += [Height(o["what"], tuple(o["foot_px"]), tuple(o["top_px"]), o["metres"]) for o in entry.get("heights", [])]
    out += [
        Offset(o["what"], tuple(o["point_px"]), tuple(o["line_a_px"]), tuple(o["line_b_px"]), o["metres"])
        for o in entry.get("offsets", [])
    ]
    return out


def calibrations() -> dict[str, Pinhole]:
    """Fit every camera of observations.toml."""
    table = tomllib.loads((resources.files("infra.demo") / "observations.toml").read_text(encoding="utf-8"))
    return {
        name: fit(
            observations_of(entry),
            entry["width_px"],
            entry["height_px"],
            roll_sd_deg=entry.get("roll_sd_deg", ROLL_SD_DEG),
        )
        for name, entry in table.items()
    }


def main() -> None:
    """Print the fitted cameras and their matrices as TOML."""
    for name, camera in calibrations().items():
        field = math.degrees(2 * math.atan(camera.width_px / 2 / camera.focal_px))
        click.echo(
            f"# {name}: lens {camera.height_m:.2f} m up, pitch {math.degrees(camera.pitch_rad):.1f} deg, "
            f"field of view {field:.1f} deg; observations missed by {camera.residual_ratio:.1%} (rms)"
        )
        numbers = ", ".join(f"{v:.9g}" for v in camera.homography().ravel())
        click.echo(f"homography = [{numbers}]")


if __name__ == "__main__":
    main()
