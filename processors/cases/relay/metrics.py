"""What the relay tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class RelayMetrics:
    """The relay's metrics, in a registry of their own.

    Attributes:
        registry: for an endpoint or a test.
        relayed: messages that became commands, by topic; a batch that comes again counts again.
        dead_letters: messages refused, by error class.
        lag: messages of a topic that are not committed yet, of the partitions that this relay holds.
        waits: 1 while the relay waits for the cases stage, to be sure that a case is unknown or an offence has none.
        waits_for: commands that the cases stage has before it, at the last look while waiting.
        lookups: violations with a sealed plate, by what their vehicle is under other quarters' keys: repeat, first, or
            impossible (its own quarter's key is not in the store, or does not open it).
        unattested: days for which the oldest quarter that is over waits to be attested; 0: none waits, or no key store.
        twins: violations at a quarter's turn that went no further: their offences have a case.
        passed_over: reviews of incidents, which are of no case and no vehicle; a batch that comes again counts again.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.relayed = Counter("vigil_relay_messages", "Messages that became commands.", ["topic"], registry=r)
        self.dead_letters = Counter("vigil_relay_dead_letters", "Messages refused.", ["error_class"], registry=r)
        self.lag = Gauge("vigil_relay_lag_messages", "Messages not committed yet.", ["topic"], registry=r)
        self.waits = Gauge("vigil_relay_waits_for_cases", "1 while the cases stage is waited for.", registry=r)
        self.waits_for = Gauge("vigil_relay_cases_behind_messages", "Commands before the cases stage.", registry=r)
        self.lookups = Counter(
            "vigil_relay_quarter_lookups", "Sealed plates looked up under other keys.", ["outcome"], registry=r
        )
        self.twins = Counter("vigil_relay_turn_twins", "Violations whose offence has a case already.", registry=r)
        self.unattested = Gauge(
            "vigil_keys_unattested_days", "Days since a quarter ended whose key is not attested.", registry=r
        )
        self.passed_over = Counter("vigil_relay_passed_over", "Reviews that are of incidents.", registry=r)

    def looked_up(self, repeats: bool | None) -> None:  # noqa: FBT001  what repeats() returns
        """Count a look under other quarters' keys."""
        self.lookups.labels({None: "impossible", True: "repeat", False: "first"}[repeats]).inc()
