"""What the front counts, in a registry of its own: two applications in one process share no numbers. No label holds caller data."""

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram

_KINDS = frozenset(
    {"message", "invoke", "conversationUpdate", "installationUpdate", "messageReaction", "messageUpdate", "messageDelete", "event"}
)


class Metrics:
    """The counters behind ``/metrics``. Labels are bounded: an activity type that we do not know counts as ``other``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("countersign_turns", "Turns run, by activity type and outcome.", ("type", "outcome"), registry=self.registry)
        self._seconds = Histogram(
            "countersign_turn_seconds",
            "Time of a turn from admitted to answered.",
            ("type",),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self._refusals = Counter("countersign_refusals", "Requests turned away, by code.", ("code",), registry=self.registry)
        self._sends = Counter(
            "countersign_sends", "Calls to Teams, by operation and outcome.", ("operation", "outcome"), registry=self.registry
        )
        self._tokens = Counter(
            "countersign_token_cache", "Inbound tokens, by whether they were known.", ("result",), registry=self.registry
        )
        self._hit, self._miss = self._tokens.labels("hit"), self._tokens.labels("miss")
        self._connectors = Enum(
            "countersign_connector",
            "Whether calls to a connector go through, to give and to take away: closed, as long as it answers.",
            ("connector", "way"),
            states=["closed", "open", "half-open"],
            registry=self.registry,
        )
        self.in_flight = Gauge("countersign_in_flight", "Authenticated requests being worked on.", registry=self.registry)

    def turned(self, kind: str, *, outcome: str, seconds: float) -> None:
        """A turn ended: ``done``, ``failed`` or ``late``."""
        label = kind if kind in _KINDS else "other"
        turns, times = self._children(label, outcome)
        turns.inc()
        times.observe(seconds)

    @lru_cache(maxsize=64)  # noqa: B019  (one Metrics lives as long as its application; labels are few)
    def _children(self, label: str, outcome: str) -> tuple[Counter, Histogram]:
        return self._turns.labels(label, outcome), self._seconds.labels(label)

    def refused(self, code: str) -> None:
        """A request was turned away."""
        self._refusals.labels(code).inc()

    def sent(self, operation: str, outcome: str) -> None:
        """A call to Teams ended."""
        self._sent(operation, outcome).inc()

    @lru_cache(maxsize=64)  # noqa: B019  (as above)
    def _sent(self, operation: str, outcome: str) -> Counter:
        return self._sends.labels(operation, outcome)

    def connector_stands(self, connector: str, way: str, *, state: str) -> None:
        """What the breaker of a connector lets through: ``closed``, ``open`` or ``half-open``."""
        self._connectors.labels(connector, way).state(state)

    def token_seen(self, result: str) -> None:
        """A token was looked up in the cache: ``hit`` or ``miss``."""
        (self._hit if result == "hit" else self._miss).inc()
