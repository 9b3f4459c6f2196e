"""The names of evidence: derived from the event, so that a repeat of a message gives the same objects."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from schemas.messages import Incident, Lead
from sinks.evidence.finding import Finding

#: A folder's name has at most 255 bytes in every file system.
MOST_ID_CHARACTERS: Final = 200
#: Topics whose messages name evidence.
TOPICS: Final = ("incidents", "violations", "leads")


@dataclass(frozen=True, slots=True)
class CaseName:
    """One message's evidence.

    An incident's revisions have evidence of their own: objects are written once, and a signed manifest cannot grow.
    What two revisions share, such as the seconds around the onset, has the same bytes and so is one object.

    Attributes:
        topic: incidents, violations or leads.
        event_id: the incident's, the violation's or the lead's id.
        revision: an incident's revision; 1 for the others.
    """

    topic: str
    event_id: str
    revision: int

    @property
    def event(self) -> str:
        """Folder of all revisions, with a slash at its end."""
        return f"{self.topic}/{quote(self.event_id, safe='')}/"

    @property
    def folder(self) -> str:
        """Folder of this revision's documents, with a slash at its end."""
        return f"{self.event}{self.revision:04d}/"

    @property
    def manifest(self) -> str:
        """The manifest. It is written last but for the log, so where it is, the evidence is whole."""
        return f"{self.folder}manifest.json"

    @property
    def pointer(self) -> str:
        """Names the log's entry."""
        return f"{self.folder}log.json"

    def signature(self, manifest_sha256: str) -> str:
        """The signature of a manifest. It is there before its manifest, so none is ever without."""
        return f"{self.folder}signature-{manifest_sha256}.json"

    def file(self, digest: str, suffix: str) -> str:
        """A clip, a picture or boxes, by content."""
        return f"{self.event}files/{digest}{suffix}"

    def __str__(self) -> str:
        return f"{self.topic}/{self.event_id} revision {self.revision}"


def case_of(message: Finding) -> CaseName:
    """Return the name of a message's evidence.

    Raises:
        ValueError: its id or its revision can be no object's name.
    """
    if isinstance(message, Incident):
        case = CaseName("incidents", message.incident_id, message.revision)
    elif isinstance(message, Lead):
        case = CaseName("leads", message.lead_id, 1)
    else:
        case = CaseName("violations", message.violation_id, 1)
    if case.event_id in {"", ".", ".."} or len(quote(case.event_id, safe="")) > MOST_ID_CHARACTERS:
        raise ValueError(
            f"id {case.event_id[:40]!r} can be no folder's name; expected 1 to {MOST_ID_CHARACTERS} characters"
        )
    if case.revision < 1:
        raise ValueError(f"revision {case.revision} of {case.event_id}; expected 1 or more")
    return case
