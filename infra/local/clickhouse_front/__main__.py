"""python -m infra.local.clickhouse_front --host 127.0.0.1 --port 28123 --data-dir FOLDER"""  # noqa: D415

import os
from pathlib import Path

import click
from aiohttp import web

from infra.local.clickhouse_front.engine import Engine
from infra.local.clickhouse_front.server import make_app


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to bind; a password is needed off loopback."
)
@click.option("--port", type=int, required=True, help="Port to bind.")
@click.option("--data-dir", type=click.Path(path_type=Path), required=True, help="Folder of the engine's data.")
def main(host: str, port: int, data_dir: Path) -> None:
    """Serve chdb over ClickHouse's HTTP interface, for one machine."""
    user = os.environ.get("VIGIL_CLICKHOUSE_USER", "default")
    password = os.environ.get("VIGIL_CLICKHOUSE_PASSWORD", "")
    if host not in {"127.0.0.1", "localhost", "::1"} and not password:
        raise click.UsageError(f"--host {host} is reachable from outside: set VIGIL_CLICKHOUSE_PASSWORD")
    try:
        engine = Engine(data_dir)
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error
    try:
        web.run_app(
            make_app(engine, user, password), host=host, port=port, print=None, access_log=None, handle_signals=True
        )
    finally:
        engine.close()


if __name__ == "__main__":
    main()
