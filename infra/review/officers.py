"""Officers: pseudonyms and their roles, from a file that the office keeps."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

EXAMPLE: Final = (
    '[officer.officer-1]\nroles = ["reviewer", "incidents", "plates"]\nlogin = "desk1"\n\n'
    '[officer.officer-2]\nroles = ["reviewer", "incidents", "plates", "senior"]\nlogin = "desk2"\n'
)


class Role(StrEnum):
    """What an officer may do."""

    REVIEWER = "reviewer"  # confirms and rejects
    INCIDENTS = "incidents"  # confirms and rejects incidents; decides no fine
    PLATES = "plates"  # sees, and types, the plate of a case that waits; each opening is on record
    SENIOR = (
        "senior"  # also decides where two differ, opens any case, takes back, decides incidents anew, sees the audit
    )


class OfficerError(ValueError):
    """The file, or the officer, is not as it must be; says what to do."""


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer.

    Attributes:
        officer_id: pseudonym; no name.
        roles: what the officer may do.
        login: the user of the desk's machine who acts as this officer; empty: the file names none, and any may.
    """

    officer_id: str
    roles: frozenset[Role]
    login: str = ""

    def needs(self, role: Role) -> None:
        """Refuse an officer who lacks a role.

        Raises:
            OfficerError: the role is missing.
        """
        if role not in self.roles:
            held = ", ".join(sorted(self.roles)) or "none"
            raise OfficerError(f"{self.officer_id} has the roles {held}; this needs {role}")

    def acts_under(self, login: str) -> None:
        """Refuse a login that is not this officer's.

        Raises:
            OfficerError: another login is named for this officer.
        """
        if self.login and login != self.login:
            raise OfficerError(
                f"{self.officer_id} acts under the login {self.login}, and this is {login}: each officer acts as "
                "themselves, or the file of officers names another login"
            )


def officers(path: Path) -> Mapping[str, Officer]:
    """Read the file of officers.

    Raises:
        OfficerError: it is missing or damaged, or names a role that nobody knows.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OfficerError(
            f"{path} is not there: it says who may review (VIGIL_REVIEW_OFFICERS). For example:\n{EXAMPLE}"
        ) from None
    except (OSError, ValueError) as error:
        raise OfficerError(f"{path}: {error}") from error
    out = {}
    for name, entry in data.get("officer", {}).items():
        try:
            out[name] = Officer(name, frozenset(Role(role) for role in entry["roles"]), entry.get("login", ""))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise OfficerError(f"{path}, [officer.{name}]: {error}; expected roles of {', '.join(Role)}") from error
        if not isinstance(out[name].login, str):
            raise OfficerError(f"{path}, [officer.{name}]: login {out[name].login!r}; expected the name of one user")
    return out


def officer_of(path: Path, officer_id: str) -> Officer:
    """Return one officer.

    Raises:
        OfficerError: as `officers`, or the officer is not in the file.
    """
    found = officers(path).get(officer_id)
    if found is None:
        raise OfficerError(f"{officer_id} is not in {path}; whoever keeps that file adds a pseudonym and its roles")
    return found
