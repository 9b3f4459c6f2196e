"""The file of the register of exempt vehicles, VIGIL_EXEMPT_VEHICLES."""

from pathlib import Path

from processors.violations.exempt_vehicles import ExemptVehicles, ExemptVehiclesError


def load_exempt_vehicles(path: Path | None) -> ExemptVehicles | None:
    """Read the register; None where the settings name none.

    Raises:
        ExemptVehiclesError: it cannot be read or used; names the file, the line, and what is expected.
    """
    if path is None:
        return None
    try:
        return ExemptVehicles.from_csv(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ExemptVehiclesError(f"register of exempt vehicles {path} cannot be read: {error}") from error
    except ExemptVehiclesError as error:
        raise ExemptVehiclesError(f"register of exempt vehicles {path}: {error}") from error
