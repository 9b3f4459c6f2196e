"""Columns that rows of several topics have in common: the camera, its site and whose it is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.columns import Column, Words
from producers.simulator.history.places import OWNERS, Places


def enforcement_scene(places: Places, camera: NDArray[np.int64], row: NDArray[np.int64]) -> Sequence[Column]:
    """Return camera_id, site_id, district and owner of rows whose cameras take part in enforcement.

    The list of those cameras stands in every block; the list of all would be five times as long.

    Args:
        places: the city's.
        camera: (N,) numbers of cameras.
        row: (M,) number of each row's camera among them.
    """
    site = places.camera_site[camera]
    code = site * places.enforcement + camera - places.first_camera[site]
    return [Words("camera_id", code.astype(np.uint32)[row], places.enforcement_ids), *_site(places, site, row)]


def scene(places: Places, camera: NDArray[np.int64], row: NDArray[np.int64]) -> Sequence[Column]:
    """Return camera_id, site_id, district and owner of rows of any cameras; arguments as above."""
    site = places.camera_site[camera]
    return [Words("camera_id", camera.astype(np.uint32)[row], places.camera_ids), *_site(places, site, row)]


def _site(places: Places, site: NDArray[np.int64], row: NDArray[np.int64]) -> Sequence[Column]:
    parts: list[tuple[str, NDArray[Any], Sequence[str]]] = [
        ("site_id", site.astype(np.uint16), places.site_ids),
        ("district", places.site_district[site].astype(np.uint8), places.districts),
        ("owner", places.site_owner[site].astype(np.uint8), OWNERS),
    ]
    return [Words(name, codes[row], words) for name, codes, words in parts]
