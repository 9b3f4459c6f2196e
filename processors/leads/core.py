"""The leads stage: sightings in, what the city's tables or two cameras say against a vehicle out. Never a fine."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from processors.leads.bucket import Bucket
from processors.leads.finding import EPOCH, Finding, LeadRule, Question
from processors.leads.rules import another_kind, inspection, insurance, two_places, wanted
from processors.leads.seen import Seen
from processors.leads.settings import LeadsSettings
from processors.stage_core import BY_OFFSET, KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.state_format import body_of
from schemas.law import Law, OwnerClass, Tier
from schemas.messages import Lead, LeadKind, Sighting, VehicleEntry

#: First byte of a state's bytes.
FORMAT: Final = 1
RULE_VERSION: Final = "leads/1"
RULES: Final[Sequence[LeadRule]] = (inspection.rule, insurance.rule, wanted.rule, two_places.rule, another_kind.rule)


@dataclass(frozen=True, slots=True)
class Price:
    """What the law has against a vehicle.

    Attributes:
        article: the article; None: none that a camera may find on that day.
        amount_kzt: a first offence's fine for its owner class, tenge; None without an article, and where the law has no
            figure for that day and class.
    """

    article: str | None = None
    amount_kzt: int | None = None


class LeadsCore:
    """Holds each sighting against the vehicle's entry and its other sightings; one lead a vehicle, kind and local day.

    Args:
        entry_of: returns what the city's tables say of a vehicle key, or None.
        law: the law.
        settings: see LeadsSettings.
    """

    name = "leads"
    source = "sightings"
    version = RULE_VERSION

    def __init__(
        self, entry_of: Callable[[str], VehicleEntry | None], law: Law, settings: LeadsSettings | None = None
    ) -> None:
        self._entry_of = entry_of
        self._law = law
        self.settings = settings or LeadsSettings()

    def stamp(self, message: Sighting) -> tuple[int, int]:
        """Return BY_OFFSET: many cameras write one bucket's sightings, which the state knows by their tracks."""
        del message
        return BY_OFFSET

    def needs(self, message: Sighting) -> None:
        """Return None: a sighting carries what is needed of its camera."""
        del message

    def initial(self, key: str) -> Bucket:
        """Return the state of a bucket of which nobody was seen."""
        del key
        return Bucket()

    def to_bytes(self, state: Bucket) -> bytes:
        """Serialise a state: a format byte and JSON. No plate is in it."""
        return bytes([FORMAT]) + state.pack()

    def from_bytes(self, key: str, data: bytes) -> Bucket:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        return Bucket.unpack(body_of(data, FORMAT, f"sightings of bucket {key}"))

    async def advance(
        self, batch: Sequence[KeyBatch[Sighting, Bucket]], registry: Registry
    ) -> Sequence[KeyResult[Bucket]]:
        """Apply one batch; a sighting without a sealed key is refused."""
        del registry
        return [self._advance_key(work) for work in batch]

    def _advance_key(self, work: KeyBatch[Sighting, Bucket]) -> KeyResult[Bucket]:
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            fault = fault_of(work.key, record.message)
            if fault is not None:
                refusals.append(Refusal(number, fault))
                continue
            outputs += [Output("leads", lead.lead_id, lead, False) for lead in self.told(work.state, record)]
        return KeyResult(work.state, outputs, refusals)

    def told(self, state: Bucket, record: Record[Sighting]) -> Sequence[Lead]:
        """Apply one sighting to its bucket, in place; return the leads that are new with it."""
        sighting = record.message
        seen = Seen.of(sighting, self.settings)
        if state.knows(sighting.vehicle_key, seen):
            return ()
        day = self._law.local_day(seen.at_us)
        entry = self.fresh(sighting.vehicle_key, day)
        window_us = self.settings.window_s * 1_000_000
        # a camera's clock far ahead must not make the others' sightings old, and its own tell nothing of two places
        latest_us = record.created_at_ms * 1_000 + self.settings.ahead_s * 1_000_000
        before = state.seen.get(sighting.vehicle_key, ()) if seen.at_us <= latest_us else ()
        earlier = [one for one in before if abs(one.at_us - seen.at_us) <= window_us]
        question = Question(seen, (day - EPOCH).days, entry, earlier, self.settings)
        out = []
        for rule in RULES:
            finding = rule(question)
            if finding is None:
                continue
            # of the later of two sightings, whichever came last: a pair at midnight is one lead in any order
            told_day = self._law.local_day(max([seen.at_us, *(one.at_us for one in finding.beside)]))
            price = self.price(finding.kind, told_day, entry)
            if price is None:
                continue
            lead_id = lead_id_of(finding.kind, sighting.vehicle_key, told_day)
            if lead_id in state.told:
                continue
            state.told[lead_id] = seen.at_us
            out.append(_lead(lead_id, finding, price, record, seen, entry))
        if seen.at_us <= latest_us:
            state.take(sighting.vehicle_key, seen, latest_us, self.settings)
        return out

    def fresh(self, vehicle_key: str, day: date) -> VehicleEntry | None:
        """Return a vehicle's entry, where the table that it is from can know that day; None: there is none such."""
        entry = self._entry_of(vehicle_key)
        if entry is None:
            return None
        age_days = (day - self._law.local_day(entry.known_at_us)).days
        return entry if age_days <= self.settings.most_age_days else None

    def price(self, kind: LeadKind, day: date, entry: VehicleEntry | None) -> Price | None:
        """Return the article and its fine; None: cameras may not be used for that article on that day."""
        article = self.settings.articles.get(kind)
        if article is None:
            return Price()
        if not self._law.in_camera_scope(article, day):
            return None
        try:
            owner = OwnerClass.INDIVIDUAL if entry is None else OwnerClass(entry.owner_class)
            return Price(article, self._law.sanction(article, day, day, Tier.FIRST, owner).amount_kzt)
        except ValueError:
            # a LawError, for no MRP is known for the day, or a class that nobody knows: what was found holds unpriced
            return Price(article)


def lead_id_of(kind: LeadKind, vehicle_key: str, day: date) -> str:
    """Return the id of the one lead of a vehicle, kind and day."""
    origin = f"{kind}\n{vehicle_key}\n{day.isoformat()}"
    return f"lead-{hashlib.sha256(origin.encode()).hexdigest()[:20]}"


def fault_of(bucket: str, sighting: Sighting) -> str | None:
    """Say why a sighting cannot be one of this bucket, or return None."""
    key = sighting.vehicle_key
    if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
        # the length alone: what was not sealed may be a plate
        return f"a sighting has a vehicle key of {len(key)} characters; expected 64 hex digits: 'sightings' seals them"
    if not key.startswith(bucket):
        return (
            f"a sighting of vehicle {key[:6]}... under a message key of {len(bucket)} characters that it does not begin"
            " with; mend its producer"
        )
    return None


def _lead(
    lead_id: str, finding: Finding, price: Price, record: Record[Sighting], seen: Seen, entry: VehicleEntry | None
) -> Lead:
    sighting = record.message
    return Lead(
        lead_id=lead_id,
        kind=finding.kind,
        vehicle_key=sighting.vehicle_key,
        key_period=sighting.key_period,
        plate_encrypted=sighting.plate_encrypted,
        camera_id=sighting.camera_id,
        site_id=sighting.site_id,
        district=sighting.district,
        owner=sighting.owner,
        epoch_us=sighting.epoch_us,
        track_id=sighting.track_id,
        vehicle_class=sighting.vehicle_class,
        seen_at_us=seen.at_us,
        article=price.article,
        amount_kzt=price.amount_kzt,
        owner_class=None if entry is None else entry.owner_class,
        known_at_us=None if entry is None else entry.known_at_us,
        make="" if entry is None else entry.make,
        colour="" if entry is None else entry.colour,
        measures=dict(finding.measures),
        summary=finding.summary,
        evidence=[seen.evidence("peak"), *(one.evidence("onset") for one in finding.beside)],
        registry_version=sighting.registry_version,
        model_version=sighting.model_version,
        rule_version=RULE_VERSION,
        frames_created_at_ms=sighting.frames_created_at_ms,
        sightings_partition=record.partition,
        sightings_offset=record.offset,
    )
