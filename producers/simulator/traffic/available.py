"""Is SUMO set up? It lives in an environment of its own: it is 800 MB, and none of the product needs it."""

import importlib.util
from pathlib import Path
from typing import Final

#: The checkout that this package lies in.
ROOT: Final = Path(__file__).resolve().parents[3]
PYTHON: Final = ROOT / ".venv-city" / "bin" / "python"


def missing_sumo() -> str | None:
    """Say what is missing and what to do, or None where SUMO is set up."""
    if PYTHON.exists() and importlib.util.find_spec("producers.simulator.traffic.sumo_traffic") is not None:
        return None
    return "SUMO is not set up; 'make city-setup' does it"
