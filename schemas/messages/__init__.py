"""The messages of Vigil: one frozen dataclass for each Avro record, one enumeration for each Avro enum.

Field order, names and meaning are those of the .avsc beside this package; a test holds them equal.
Instants are integers (microseconds or milliseconds since the Unix epoch), never datetime objects.
"""

from schemas.messages.analysis import Analysis
from schemas.messages.article import Article
from schemas.messages.calibration import Calibration
from schemas.messages.camera import Camera
from schemas.messages.camera_health import CameraHealth
from schemas.messages.camera_status import CameraStatus
from schemas.messages.case_command import CaseCommand
from schemas.messages.case_event import CaseEvent
from schemas.messages.case_step import CaseStep
from schemas.messages.checkpoint import Checkpoint
from schemas.messages.clock_source import ClockSource
from schemas.messages.command_kind import CommandKind
from schemas.messages.day_range import DayRange
from schemas.messages.dead_letter import DeadLetter
from schemas.messages.decode_status import DecodeStatus
from schemas.messages.detections import Detections
from schemas.messages.error_class import ErrorClass
from schemas.messages.evidence import Evidence
from schemas.messages.exculpation import Exculpation
from schemas.messages.frames import Frames
from schemas.messages.incident import Incident
from schemas.messages.incident_phase import IncidentPhase
from schemas.messages.lead import Lead
from schemas.messages.lead_kind import LeadKind
from schemas.messages.owner import Owner
from schemas.messages.packet import Packet
from schemas.messages.passage import Passage
from schemas.messages.payment import Payment
from schemas.messages.payment_kind import PaymentKind
from schemas.messages.phase_source import PhaseSource
from schemas.messages.plate_candidate import PlateCandidate
from schemas.messages.plate_read import PlateRead
from schemas.messages.plate_reading import PlateReading
from schemas.messages.region_of_interest import RegionOfInterest
from schemas.messages.review import Review
from schemas.messages.review_subject import ReviewSubject
from schemas.messages.rule_setting import RuleSetting
from schemas.messages.scene import Scene
from schemas.messages.section_end import SectionEnd
from schemas.messages.severity import Severity
from schemas.messages.sighting import Sighting
from schemas.messages.signal import Signal
from schemas.messages.signal_phase import SignalPhase
from schemas.messages.signal_state import SignalState
from schemas.messages.tracks import Tracks
from schemas.messages.truth import Truth
from schemas.messages.truth_family import TruthFamily
from schemas.messages.truth_tracks import TruthTracks
from schemas.messages.vehicle_entry import VehicleEntry
from schemas.messages.verdict import Verdict
from schemas.messages.video_codec import VideoCodec
from schemas.messages.violation import Violation
from schemas.messages.voted_plate import VotedPlate
from schemas.messages.zone import Zone

#: Message class of each topic, by its name without prefix.
MESSAGES: dict[str, type] = {
    "cameras": Camera,
    "signal-phases": SignalPhase,
    "frames": Frames,
    "detections": Detections,
    "tracks": Tracks,
    "plate-reads": PlateReading,
    "passages": Passage,
    "vehicle-registry": VehicleEntry,
    "sightings": Sighting,
    "leads": Lead,
    "incidents": Incident,
    "violations": Violation,
    "reviews": Review,
    "payments": Payment,
    "case-commands": CaseCommand,
    "case-events": CaseEvent,
    "checkpoints": Checkpoint,
    "camera-health": CameraHealth,
    "dead-letters": DeadLetter,
    "truth": Truth,
    "truth-tracks": TruthTracks,
}

__all__ = [
    "MESSAGES",
    "Analysis",
    "Article",
    "Calibration",
    "Camera",
    "CameraHealth",
    "CameraStatus",
    "CaseCommand",
    "CaseEvent",
    "CaseStep",
    "Checkpoint",
    "ClockSource",
    "CommandKind",
    "DayRange",
    "DeadLetter",
    "DecodeStatus",
    "Detections",
    "ErrorClass",
    "Evidence",
    "Exculpation",
    "Frames",
    "Incident",
    "IncidentPhase",
    "Lead",
    "LeadKind",
    "Owner",
    "Packet",
    "Passage",
    "Payment",
    "PaymentKind",
    "PhaseSource",
    "PlateCandidate",
    "PlateRead",
    "PlateReading",
    "RegionOfInterest",
    "Review",
    "ReviewSubject",
    "RuleSetting",
    "Scene",
    "SectionEnd",
    "Severity",
    "Sighting",
    "Signal",
    "SignalPhase",
    "SignalState",
    "Tracks",
    "Truth",
    "TruthFamily",
    "TruthTracks",
    "VehicleEntry",
    "Verdict",
    "VideoCodec",
    "Violation",
    "VotedPlate",
    "Zone",
]
