"""KindScore: how well one kind is found. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from infra.evaluation.finding import Finding
from infra.evaluation.kind_rules import kind_rules
from infra.evaluation.matching import Pairing, pair
from infra.evaluation.true_event import Family, TrueEvent

#: Coverage factor of the stated 95 % interval (JCGM 100:2008, annex G).
COVERAGE_K: Final = 1.96
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What was looked at.

    Attributes:
        camera_seconds: seconds of video, over all cameras.
        end_us: by camera, the end of its last second, microseconds since the Unix epoch.
    """

    camera_seconds: float
    end_us: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Hits:
    """Findings because of hard negatives of one scenario: `hits` of `scenes` scenes were taken for the kind."""

    scenes: int
    hits: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Measured against true values of found events, in the kind's unit.

    Attributes:
        count: pairs with both.
        bias, sd: mean and standard deviation of measured - true.
        covered: share of true values within measured +- 1.96 standard uncertainties.
    """

    count: int
    bias: float
    sd: float
    covered: float


@dataclass(frozen=True, slots=True)
class KindScore:
    """One kind's score.

    Attributes:
        kind, family: what is scored.
        implemented: the product has a rule of this kind.
        n_true: true events that could be found: in view of a camera, and due early enough before its video ends.
        n_found: of those, found.
        n_findings: findings that are judged: all but those of events at the edge and those that a ground dropped.
        n_dropped: findings that a ground dropped: they are recorded and proposed to nobody.
        n_officer: judged findings of scenes that the product leaves to an officer (kinds.toml), one a scene; neither
            right nor false in `precision`, false in `precision_all`.
        n_repeats: findings that are of an event that another finding is paired with; they count as false.
        n_repeats_elsewhere: of those, on another camera than the paired one.
        n_unseen: true events that no camera sees.
        n_edge: true events that are due too late to be judged.
        n_negatives: hard negatives of the kind.
        negatives: by scenario.
        delay_s: alert - due of found events, seconds, ascending.
        camera_days: watched.
        errors: (measured - true, stated standard uncertainty) of found events, in the kind's unit.
    """

    kind: str
    family: Family
    implemented: bool
    n_true: int
    n_found: int
    n_findings: int
    n_dropped: int
    n_officer: int
    n_repeats: int
    n_repeats_elsewhere: int
    n_unseen: int
    n_edge: int
    n_negatives: int
    negatives: Mapping[str, Hits]
    delay_s: Sequence[float]
    camera_days: float
    errors: Sequence[tuple[float, float]]

    @property
    def measured(self) -> Measured | None:
        """Measured against true values; None where the kind measures nothing."""
        return _measured(self.errors)

    @property
    def n_false(self) -> int:
        """Findings that are of no event, or of one that is found already."""
        return self.n_findings - self.n_found - self.n_officer

    @property
    def n_gate_only(self) -> int:
        """Hard negatives of scenarios where the zone switches the rule off: nothing could hit them."""
        gate_only = kind_rules(self.family, self.kind).gate_only
        return sum(hits.scenes for name, hits in self.negatives.items() if name in gate_only)

    @property
    def recall(self) -> float | None:
        """Share of true events found; None where there were none."""
        return self.n_found / self.n_true if self.n_true else None

    @property
    def precision(self) -> float | None:
        """Share of findings that are right, of those that are right or false; None where there were none."""
        judged = self.n_found + self.n_false
        return self.n_found / judged if judged else None

    @property
    def precision_all(self) -> float | None:
        """Share of all proposed that is right, what is left to an officer as false: the goal is judged on it."""
        return self.n_found / self.n_findings if self.n_findings else None

    @property
    def false_alarms_per_camera_day(self) -> float | None:
        """False findings a camera and day; None where nothing was watched."""
        return self.n_false / self.camera_days if self.camera_days > 0.0 else None

    @property
    def false_alarms_all_per_camera_day(self) -> float | None:
        """Likewise, with the scenes that are left to an officer as false."""
        return (self.n_false + self.n_officer) / self.camera_days if self.camera_days > 0.0 else None

    def delay_quantile_s(self, share: float) -> float | None:
        """Return a quantile of the delay, seconds; None where nothing was found."""
        return float(np.quantile(self.delay_s, share)) if self.delay_s else None


@dataclass(frozen=True, slots=True)
class KindCase:
    """A kind's score with what it was counted from, for pictures.

    Attributes:
        score: the score.
        events: judged true events.
        negatives: hard negatives of the kind.
        findings: judged findings.
        pairing: places in events, negatives and findings.
    """

    score: KindScore
    events: Sequence[TrueEvent]
    negatives: Sequence[TrueEvent]
    findings: Sequence[Finding]
    pairing: Pairing


def score_kind(
    kind: str,
    family: Family,
    truth: Sequence[TrueEvent],
    findings: Sequence[Finding],
    watch: Watch,
    *,
    implemented: bool,
) -> KindCase:
    """Score one kind.

    Args:
        kind: its name.
        family: its family.
        truth: everything true, of any kind.
        findings: everything found, of any kind.
        watch: what was looked at.
        implemented: whether the product has a rule of this kind.
    """
    rules = kind_rules(family, kind)
    every = [one for one in truth if one.kind == kind and one.family == family and not one.is_hard_negative]
    every_own = [one for one in findings if one.kind == kind and one.family == family]
    own = [one for one in every_own if not one.dropped]
    negatives = [one for one in truth if kind in one.negative_of]
    seen = [one for one in every if one.views]
    judged = [one for one in seen if _due_in_time(one, watch, rules.tolerance_s)]
    edge = [one for one in seen if not _due_in_time(one, watch, rules.tolerance_s)]
    # a finding of an event at the edge is neither right nor false
    pairing = pair([*judged, *edge], negatives, own, rules.tolerance_s)
    unjudged = {f for e, f in pairing.pairs if e >= len(judged)} | {
        f for f, e in pairing.repeats.items() if e >= len(judged)
    }
    kept = [n for n in range(len(own)) if n not in unjudged]
    place = {n: k for k, n in enumerate(kept)}
    pairs = [(e, place[f]) for e, f in pairing.pairs if e < len(judged)]
    repeats = {place[f]: e for f, e in pairing.repeats.items() if f in place}
    hits = {place[f]: n for f, n in pairing.negatives.items() if f in place}
    shown = [own[n] for n in kept]
    camera_of = {e: shown[f].camera_id for e, f in pairs}
    score = KindScore(
        kind=kind,
        family=family,
        implemented=implemented,
        n_true=len(judged),
        n_found=len(pairs),
        n_findings=len(shown),
        n_dropped=len(every_own) - len(own),
        n_officer=sum(negatives[n].scenario in rules.left_to_officer for n in set(hits.values())),
        n_repeats=len(repeats),
        n_repeats_elsewhere=sum(shown[f].camera_id != camera_of[e] for f, e in repeats.items()),
        n_unseen=len(every) - len(seen),
        n_edge=len(edge),
        n_negatives=len(negatives),
        negatives=_by_scenario(negatives, hits),
        delay_s=sorted((shown[f].alert_us - judged[e].due_us) / 1e6 for e, f in pairs),
        camera_days=watch.camera_seconds / DAY_S,
        errors=_errors([(judged[e], shown[f]) for e, f in pairs]),
    )
    return KindCase(score, judged, negatives, shown, Pairing(pairs, repeats, hits))


def _due_in_time(event: TrueEvent, watch: Watch, tolerance_s: float) -> bool:
    """Say whether some camera's video goes on for the tolerance after the event is due in its view."""
    return any(
        watch.end_us.get(view.camera_id, 0) >= event.due_us + tolerance_s * 1e6 and view.to_us >= event.due_us
        for view in event.views
    )


def _by_scenario(negatives: Sequence[TrueEvent], hits: Mapping[int, int]) -> dict[str, Hits]:
    scenes = Counter(one.scenario for one in negatives)
    hit = Counter(negatives[n].scenario for n in set(hits.values()))
    return {scenario: Hits(count, hit[scenario]) for scenario, count in sorted(scenes.items())}


def _errors(pairs: Sequence[tuple[TrueEvent, Finding]]) -> Sequence[tuple[float, float]]:
    return [
        (found.measured - true.measured, found.measured_error or 0.0)
        for true, found in pairs
        if true.measured is not None and found.measured is not None
    ]


def _measured(errors: Sequence[tuple[float, float]]) -> Measured | None:
    if not errors:
        return None
    error, stated = np.array(errors).T
    return Measured(
        count=len(errors),
        bias=float(error.mean()),
        sd=float(error.std()),
        covered=float((np.abs(error) <= COVERAGE_K * stated).mean()),
    )
