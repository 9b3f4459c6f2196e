"""The demo's calibrations must follow from things of known size, and say how well."""

import tomllib
from importlib import resources

import numpy as np
import pytest

from infra.demo.calibrate import calibrations
from infra.demo.calibration import Height, Length, Offset, Pinhole, fit, to_ground


def pixel_of(camera: Pinhole, x: float, y: float, z: float = 0.0) -> tuple[float, float]:
    """Project a point (metres, z up) by the textbook pinhole, independently of the code under test."""
    c, s = np.cos(camera.pitch_rad), np.sin(camera.pitch_rad)
    depth = y * c + (camera.height_m - z) * s
    down = (camera.height_m - z) * c - y * s
    return (
        camera.width_px / 2 + camera.focal_px * x / depth,
        camera.height_px / 2 + camera.focal_px * down / depth,
    )


def test_a_known_camera_is_found_again() -> None:
    """Exact observations of a known camera give back its geometry."""
    truth = Pinhole(6.0, 0.35, 0.0, 700.0, 640, 480, 0.0)
    observations: list[Length | Height | Offset] = [
        Length("across", pixel_of(truth, -2, 15), pixel_of(truth, 2, 15), 4.0),
        Length("along", pixel_of(truth, 1, 12), pixel_of(truth, 1, 20), 8.0),
        Length("far", pixel_of(truth, -3, 30), pixel_of(truth, 3, 30), 6.0),
        Height("person", pixel_of(truth, 0, 14), pixel_of(truth, 0, 14, 1.8), 1.8),
        Height("person", pixel_of(truth, 2, 25), pixel_of(truth, 2, 25, 1.8), 1.8),
    ]
    found = fit(observations, 640, 480)
    assert found.residual_ratio < 0.01
    ground = to_ground(found.homography(), pixel_of(truth, 1.0, 18.0)) - to_ground(
        found.homography(), pixel_of(truth, -1.0, 14.0)
    )
    assert np.hypot(*ground) == pytest.approx(np.hypot(2.0, 4.0), rel=0.03)


def test_too_few_observations_are_refused() -> None:
    """Two lengths cannot fix a camera."""
    with pytest.raises(ValueError, match="at least 3"):
        fit([Length("a", (0, 0), (1, 1), 1.0)] * 2, 640, 480)


def test_shipped_calibrations_are_what_the_observations_give() -> None:
    """The matrices in cameras.toml come from observations.toml and from nowhere else."""
    registry = tomllib.loads((resources.files("infra.demo") / "cameras.toml").read_text(encoding="utf-8"))
    fitted = calibrations()
    for entry in registry["cameras"]:
        name = entry["source_uri"].rpartition("/")[2].removesuffix(".mp4")
        expected = fitted[name].homography()
        shipped = np.array(entry["calibration"]["homography"]).reshape(3, 3)
        np.testing.assert_allclose(shipped / shipped[2, 2], expected / expected[2, 2], rtol=2e-3, atol=1e-6)
        assert entry["calibration"]["scale_error_ratio"] >= round(fitted[name].residual_ratio, 2) - 0.005
