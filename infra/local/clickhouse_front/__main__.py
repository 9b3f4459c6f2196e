"""python -m infra.local.clickhouse_front --host 127.0.0.1 --port 28123 --data-dir FOLDER"""  # noqa: D415

import asyncio
import os
import signal
from pathlib import Path

import click
from aiohttp import web

from infra.local.clickhouse_front.engine import Engine
from infra.local.clickhouse_front.server import make_app

#: Time that running queries have after SIGTERM.
FINISH_S = 12.0


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
        asyncio.run(_serve(make_app(engine, user, password), host, port))
    except OSError as error:
        raise click.ClickException(f"{host}:{port}: {error.strerror or error}; set another port") from error
    finally:
        engine.close()


async def _serve(app: web.Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; queries that run are finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # aiohttp would unpack bodies itself, and of several zstd frames or gzip members read the first alone
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=FINISH_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
