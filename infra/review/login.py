"""Whose login runs this process: what the system says, not the environment, which the caller writes."""

import os
import pwd


def login_name() -> str:
    """Return the name of the process's effective user, or `uid N` where the system has no name for it."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
