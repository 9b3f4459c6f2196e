"""What perception counts."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class PerceptionMetrics:
    """Perception's own counters beside the stage's.

    Args:
        registry: where they are collected.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        #: Groups by what became of them (DecodeStatus).
        self.groups = Counter("perception_groups", "groups by decode status", ["status"], registry=registry)
        #: Packets that came in.
        self.packets = Counter("perception_packets", "packets of all groups", registry=registry)
        #: Packets decoded for samples, catching up included.
        self.decoded = Counter("perception_packets_decoded", "packets decoded", registry=registry)
        #: Sampled frames.
        self.samples = Counter("perception_samples", "sampled frames", registry=registry)
        #: Requests to the model: views of sampled frames.
        self.inferences = Counter("perception_inferences", "views inferred", registry=registry)
        #: GOPs read back from Kafka.
        self.gops_read = Counter("perception_gops_read_back", "GOPs read back from Kafka", registry=registry)
        #: Groups whose scene counted as active.
        self.active = Counter("perception_active_groups", "groups of active scenes", registry=registry)
        #: Seconds a group's views took at the model, waiting included.
        self.infer_s = Histogram("perception_infer_seconds", "all views of one group at the model", registry=registry)
        #: Vehicles whose plates were looked for, those with a plate, and those whose plate was read.
        self.plates_looked = Counter("perception_plates_looked", "vehicles looked at for a plate", registry=registry)
        self.plates_found = Counter("perception_plates_found", "vehicles with a plate found", registry=registry)
        self.plates_read = Counter("perception_plates_read", "plates read", registry=registry)
        #: Groups whose vehicles went out without plates because a plate model was away or failing.
        self.plates_unread = Counter(
            "perception_plates_unread_groups", "groups without plates, a plate model being away", registry=registry
        )
