"""The city on disk: the registry file that `vigil cameras import` reads, and the truth of its geometry."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from producers.simulator.city import City
from producers.simulator.plates import exempt_vehicles_csv
from producers.simulator.signals import GROUPS
from producers.simulator.sites import junction_id
from producers.simulator.streets import StreetClass

REGISTRY_FILE: Final = "registry.json"
CITY_FILE: Final = "city.json"
EXEMPT_FILE: Final = "exempt-vehicles.csv"


def registry_document(city: City) -> dict[str, Any]:
    """Return the registry file's content: what the product may know."""
    left_out = {"version", "updated_at_us", "source_start_us"}
    entries = []
    for camera in city.cameras:
        entry = {name: value for name, value in asdict(camera.entry).items() if name not in left_out}
        entries.append({name: value for name, value in entry.items() if value is not None})
    return {"cameras": entries}


def city_document(city: City) -> dict[str, Any]:
    """Return the city file's content: the truth, which the product must never read."""
    streets = city.streets
    return {
        "seed": city.seed,
        "frame": "x east, y north, metres from the south-western corner; z above sea level",
        "streets": {
            "columns": streets.columns,
            "rows": streets.rows,
            "node_x_m": streets.node_x_m.tolist(),
            "node_y_m": streets.node_y_m.tolist(),
            "node_z_m": streets.node_z_m.tolist(),
            "signalled": streets.signalled.tolist(),
            "edge_from": streets.edge_from.tolist(),
            "edge_to": streets.edge_to.tolist(),
            "edge_class": [StreetClass(kind).name.lower() for kind in streets.edge_class.tolist()],
            "edge_lanes": streets.edge_lanes.tolist(),
            "edge_limit_kmh": streets.edge_limit_kmh.tolist(),
            "bus_lane": streets.bus_lane.tolist(),
            "turn_signs": {str(edge): asdict(sign) for edge, sign in streets.turn_signs.items()},
        },
        "sites": [
            {
                "site_id": site.site_id,
                "district": site.district,
                "owner": site.owner,
                "node": site.node,
                "junction_id": site.junction_id,
                "edges": list(site.edges),
            }
            for site in city.sites
        ],
        "signals": {
            junction_id(node): {
                "node": node,
                "cycle_s": programme.cycle_s,
                "offset_s": programme.offset_s,
                "green_s": dict(zip(GROUPS, programme.green_s, strict=True)),
            }
            for node, programme in city.programmes.items()
        },
        "turns_without_signals": {
            str(node): {
                "cycle_s": programme.cycle_s,
                "offset_s": programme.offset_s,
                "green_s": list(programme.green_s),
            }
            for node, programme in city.turns.items()
        },
        "level_crossings": [asdict(crossing) for crossing in city.crossings.values()],
        "sections": [asdict(section) for section in city.sections.values()],
        "cameras": [
            {
                "camera_id": camera.camera_id,
                "site_id": camera.entry.site_id,
                "outlook": camera.outlook,
                "edge": camera.edge,
                "view": asdict(camera.view),
                "true_homography": list(camera.view.homography()),
                "survey_error": asdict(camera.error),
                "areas_m": {name: asdict(area) for name, area in camera.areas.items()},
            }
            for camera in city.cameras
        ],
    }


def write_city(city: City, folder: Path) -> tuple[Path, Path, Path]:
    """Write the registry, the city and the register of exempt vehicles; return their paths. Same city, same bytes.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    registry, truth, exempt = folder / REGISTRY_FILE, folder / CITY_FILE, folder / EXEMPT_FILE
    for path, document in ((registry, registry_document(city)), (truth, city_document(city))):
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    exempt.write_text(exempt_vehicles_csv(), encoding="utf-8")
    return registry, truth, exempt
