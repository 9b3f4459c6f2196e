"""Release the schemas: write the next version of each that changed, or say why it must not be.

python -m schemas.release            write new versions
python -m schemas.release --check    only say what would be written; ends with 2 where something would
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from schemas.avro import schema_text
from schemas.history import FOLDER, HistoryError, Release, alterations, next_releases, released, write
from schemas.messages import MESSAGES

PENDING = 2


def pending(folder: Path = FOLDER) -> Sequence[Release]:
    """Return the versions that a release would write.

    Raises:
        HistoryError: the history was altered, or a schema cannot read earlier messages.
    """
    altered = alterations(folder)
    if altered:
        raise HistoryError("the history of the schemas was altered:\n  " + "\n  ".join(altered))
    return next_releases({t: schema_text(t) for t in MESSAGES}, {t: released(t, folder) for t in MESSAGES})


def release(folder: Path = FOLDER) -> Sequence[Release]:
    """Write the next version of each schema that changed; return them.

    Raises:
        HistoryError: as `pending`; then nothing was written.
    """
    releases = pending(folder)
    write(releases, folder)
    return releases


def main(arguments: Sequence[str]) -> int:
    """Run from a shell; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m schemas.release", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 2 where something is unreleased")
    options = parser.parse_args(arguments)
    try:
        releases = pending() if options.check else release()
    except HistoryError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    for entry in releases:
        sys.stdout.write(f"{'unreleased' if options.check else 'released'} {entry.subject} version {entry.version}\n")
    if not releases:
        sys.stdout.write("every schema is released\n")
    return PENDING if options.check and releases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
