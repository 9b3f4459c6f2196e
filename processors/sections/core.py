"""The sections stage: passages of one section in, proposed violations of its average speed out."""

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from processors.rules.articles import LawTable, law
from processors.sections.average_speed import AverageSpeed, average_speed
from processors.sections.plate_match import TOGETHER_US, Match, best_match, names_two
from processors.sections.proposal import RULE_VERSION, identity, least_excess_kmh, message_of, offence_of
from processors.sections.settings import SectionSettings
from processors.sections.vehicle import circumstances_of, plate_of
from processors.sections.waiting import pack, unpack
from processors.stage_core import BY_OFFSET, KeyBatch, KeyResult, Output, Refusal, Registry
from processors.state_format import body_of
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import PlateSeal
from schemas.messages import Passage, SectionEnd, Violation

#: First byte of a state's bytes.
FORMAT = 2


@dataclass(slots=True)
class Section:
    """What the stage remembers of one section.

    Attributes:
        newest_us: latest crossing seen at each end, microseconds since the Unix epoch; 0: none yet.
        waiting: passages at each end without a partner, by the time of crossing.
        decided: crossing time of each passage that has had its partner, or at the end has none, by end, camera and
            track; of one with a partner also by plate. It comes again where upstream repeats itself, and a camera may
            have lost and found a vehicle.
    """

    newest_us: dict[SectionEnd, int] = field(default_factory=lambda: dict.fromkeys(SectionEnd, 0))
    waiting: dict[SectionEnd, list[Passage]] = field(default_factory=lambda: {end: [] for end in SectionEnd})
    decided: dict[str, int] = field(default_factory=dict)

    def shown_us(self, most_lag_us: int) -> int:
        """Return up to when both cameras have shown who passed, microseconds since the Unix epoch.

        The two cameras' passages come from two partitions, each in its own order, and while a backlog is worked off
        one may be minutes behind. What lags by more than `most_lag_us`, or never came, is not waited for.
        """
        return max(min(self.newest_us.values()), max(self.newest_us.values()) - most_lag_us)


class SectionsCore:
    """Pairs the plates at both ends of a section and holds the average speed, less k times its error, against the law.

    Args:
        settings: see SectionSettings.
        table: the articles; default: those that ship with Vigil.
        seal: seals plates; None: vehicles stay under their tracks.
        exempt: the city's register of emergency vehicles; None: it has given none.
        pushed_out: told of each passage that leaves because too many wait.
    """

    name = "sections"
    source = "passages"
    version = f"sections/2 {RULE_VERSION}"

    def __init__(
        self,
        settings: SectionSettings | None = None,
        table: LawTable | None = None,
        seal: PlateSeal | None = None,
        exempt: ExemptVehicles | None = None,
        pushed_out: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings or SectionSettings()
        self.table = table or law()
        self._seal = seal
        self._exempt = exempt
        self._pushed_out = pushed_out

    def stamp(self, message: Passage) -> tuple[int, int]:
        """Return BY_OFFSET: two cameras write one section's passages, which the state knows by their tracks."""
        del message
        return BY_OFFSET

    def needs(self, message: Passage) -> tuple[str, int] | None:
        """Return None: a passage carries what is needed of the registry."""
        del message
        return None

    def initial(self, key: str) -> Section:
        """Return the state of a section that nobody drove through."""
        del key
        return Section()

    def to_bytes(self, state: Section) -> bytes:
        """Serialise a state: a format byte and compressed JSON."""
        return bytes([FORMAT]) + pack(state.newest_us, state.waiting, state.decided)

    def from_bytes(self, key: str, data: bytes) -> Section:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        return Section(*unpack(body_of(data, FORMAT, f"state of section {key}")))

    async def advance(
        self, batch: Sequence[KeyBatch[Passage, Section]], registry: Registry
    ) -> Sequence[KeyResult[Section]]:
        """Apply one batch; a passage whose numbers cannot be is refused."""
        del registry
        return [self._advance_key(work) for work in batch]

    def _advance_key(self, work: KeyBatch[Passage, Section]) -> KeyResult[Section]:
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            fault = fault_of(record.message)
            if fault is not None:
                refusals.append(Refusal(number, fault))
                continue
            outputs += [
                Output("violations", violation.violation_id, violation, False)
                for violation in self.proposed(work.state, record.message)
            ]
        return KeyResult(work.state, outputs, refusals)

    def proposed(self, state: Section, new: Passage) -> list[Violation]:
        """Apply one passage to a section's state, in place; return the violations that can be decided with it.

        A passage of the end is decided when the start's camera has shown everybody who may be its partner, or a rival
        to it. So the outcome does not depend on which camera's passages came first, nor by how much (decision 0208).
        """
        state.newest_us[new.end] = max(state.newest_us[new.end], new.crossed_at_us)
        own = state.waiting[new.end]
        known = identity(new) in state.decided or any(
            one.track_id == new.track_id and identity(one) == identity(new) for one in own
        )
        if not known and not _twin_is_decided(state, new):
            insort(own, new, key=_by_time)
            if len(own) > self.settings.most_waiting:
                del own[0]
                self._pushed_out()
        shown_us = state.shown_us(round(self.settings.most_lag_s * 1e6))
        ends = [one for one in state.waiting[SectionEnd.END] if one.crossed_at_us <= shown_us]
        found = [self._decided(state, end) for end in ends]
        self._forget(state, shown_us, new)
        return [violation for violation in found if violation is not None]

    def _decided(self, state: Section, end: Passage) -> Violation | None:
        """Pair a passage of the end with its partner, if it surely has one; return the violation that both prove.

        Once, with whoever is there: tried again it would find a rival gone that has been paired or forgotten meanwhile.
        """
        state.waiting[SectionEnd.END].remove(end)
        state.decided[identity(end)] = end.crossed_at_us
        keep_us = self.settings.keep_us(end.section_length_m, end.section_limit_kmh)
        before = [
            one for one in state.waiting[SectionEnd.START] if 0 < end.crossed_at_us - one.crossed_at_us <= keep_us
        ]
        # Who was read on another vehicle's track has its own passage to come, so its start waits for that.
        unpaired = _twin_is_decided(state, end) or names_two(end.candidates)
        match = None if unpaired else best_match(end, before)
        if match is None or not self.certain(match):
            return None
        start = before[match.index]
        state.waiting[SectionEnd.START].remove(start)
        state.decided[identity(start)] = start.crossed_at_us
        for one in (start, end):
            state.decided[plate_at(one)] = one.crossed_at_us
        if names_two(start.candidates):
            return None
        speed = average_speed(start, end, self.settings)
        if speed is None or not agree(start, end) or not self._beyond(speed, end):
            return None
        offence = offence_of(start, end, speed, match, self.settings, circumstances_of(start, end, self._exempt))
        plate = plate_of(start, end)
        sealed = self._seal.seal(plate, end.track_id, end.crossed_at_us) if self._seal and plate else None
        return message_of(start, end, offence, self.table, sealed)

    def certain(self, match: Match) -> bool:
        """Say whether a match is good enough, and no other comes near it."""
        rival = self.settings.rival_ratio * match.probability_ratio
        return match.probability_ratio >= self.settings.least_match_ratio and match.second_ratio <= rival

    def _beyond(self, speed: AverageSpeed, end: Passage) -> bool:
        s = self.settings
        trusted = speed.kmh <= s.most_kmh and speed.error_kmh <= s.max_error_kmh
        return trusted and least_excess_kmh(speed, end, s) >= s.floor_kmh

    def _forget(self, state: Section, shown_us: int, new: Passage) -> None:
        """Drop whom both cameras have had time enough to show, and who has kept to the limit by then."""
        oldest_us = shown_us - self.settings.keep_us(new.section_length_m, new.section_limit_kmh)
        for end, own in state.waiting.items():
            state.waiting[end] = [one for one in own if one.crossed_at_us >= oldest_us]
        state.decided = {name: at for name, at in state.decided.items() if at >= oldest_us}
        while len(state.decided) > 8 * self.settings.most_waiting:
            del state.decided[next(iter(state.decided))]


def _by_time(passage: Passage) -> tuple[int, str, str, int]:
    return passage.crossed_at_us, passage.camera_id, passage.track_id, passage.epoch_us


def _twin_is_decided(state: Section, passage: Passage) -> bool:
    """Say whether this is another track of a vehicle that is decided."""
    at_us = state.decided.get(plate_at(passage))
    return at_us is not None and abs(at_us - passage.crossed_at_us) <= TOGETHER_US


def plate_at(passage: Passage) -> str:
    """Return what two tracks of one vehicle at one camera share: the plate's first candidate."""
    return f"{passage.end.value}\n{passage.camera_id}\nplate {passage.candidates[0].text}"


def agree(start: Passage, end: Passage) -> bool:
    """Say whether both cameras' registry entries tell the same of the section; else nobody is proposed."""
    return (start.section_length_m, start.section_limit_kmh) == (end.section_length_m, end.section_limit_kmh)


def fault_of(passage: Passage) -> str | None:
    """Say why a passage cannot be one, or return None."""
    if not passage.candidates:
        return f"a passage of section {passage.section_id} has no reading of a plate; `passages` writes none such"
    for name in ("section_length_m", "section_limit_kmh"):
        value = getattr(passage, name)
        if not 0.0 < value < 1e6:
            return f"{name} of section {passage.section_id} is {value}, expected above 0; correct the zone's limits"
    errors = (passage.crossed_error_s, passage.place_error_m)
    if not all(0.0 <= value < 1e6 for value in errors):
        return f"the errors of a passage are {errors}, expected finite numbers from 0 on"
    return None
