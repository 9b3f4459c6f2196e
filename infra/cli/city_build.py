"""`vigil city build`: streets, sites, signals and cameras of a seed, as files."""

import json
from collections import Counter
from pathlib import Path

import click
from rich.table import Table

from infra.cli.whole_table import print_whole
from producers.simulator.city import MOST_CAMERAS, City, build_city
from producers.simulator.city_files import write_city
from schemas.messages import Owner


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help="Everything follows it.")
@click.option("--cameras", type=click.IntRange(1, MOST_CAMERAS), default=60, show_default=True, help="How many.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("city-out"),
    show_default=True,
    help="Folder of registry.json, city.json and exempt-vehicles.csv.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(seed: int, cameras: int, out: Path, *, as_json: bool) -> None:
    """Build the city of a seed and write it as files; needs no server.

    registry.json is what the product may know: `vigil cameras import` reads it. city.json is the truth: where each
    camera stands and what its survey got wrong. exempt-vehicles.csv names the plates of the city's emergency vehicles,
    for VIGIL_EXEMPT_VEHICLES. The same seed and number of cameras give the same bytes.

    \b
    Examples:
      vigil city build --seed 7 --cameras 60
      vigil cameras import city-out/registry.json
      vigil city build --cameras 45200 --out /tmp/almaty --json
    """
    city = build_city(seed, cameras)
    try:
        registry, truth, exempt = write_city(city, out)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}; name a folder that can be written") from error
    summary = _summary(city)
    if as_json:
        click.echo(
            json.dumps(
                {**summary, "registry": str(registry), "city": str(truth), "exempt_vehicles": str(exempt)}, indent=2
            )
        )
        return
    table = Table(title=f"City of seed {seed}", title_justify="left")
    for title in ("what", "how many"):
        table.add_column(title, justify="left" if title == "what" else "right")
    for name, value in summary.items():
        if isinstance(value, dict):
            for part, count in value.items():
                table.add_row(f"{name.replace('_', ' ')} {part}", f"{count:,}")
        elif name != "seed":
            table.add_row(name.replace("_", " "), f"{value:,}")
    print_whole(table)
    click.echo(f"wrote {registry}, {truth} and {exempt}")


def _summary(city: City) -> dict[str, int | dict[str, int]]:
    """Return what the city has, counted."""
    zones = Counter(zone.kind for camera in city.cameras for zone in camera.entry.zones)
    return {
        "seed": city.seed,
        "cameras": len(city.cameras),
        "cameras_by_outlook": dict(sorted(Counter(camera.outlook.value for camera in city.cameras).items())),
        "cameras_by_district": dict(sorted(Counter(camera.entry.district for camera in city.cameras).items())),
        "sites_public": sum(site.owner is Owner.PUBLIC for site in city.sites),
        "sites_private": sum(site.owner is Owner.PRIVATE for site in city.sites),
        "junctions": len(city.streets.node_x_m),
        "junctions_with_signals": len(city.programmes),
        "streets": len(city.streets.edge_from) // 2,
        "streets_with_bus_lanes": int(city.streets.bus_lane.sum()) // 2,
        "sections": len(city.sections),
        "zones": dict(sorted(zones.items())),
    }
