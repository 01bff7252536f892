"""One measured number, as it is printed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``value`` in ``unit``. ``at_least`` or ``at_most`` is the goal, if there is one."""

    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal holds; a number without a goal holds."""
        return (self.at_least is None or self.value >= self.at_least) and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        goal = (
            f" (goal ≥ {self.at_least:g})"
            if self.at_least is not None
            else f" (goal ≤ {self.at_most:g})"
            if self.at_most is not None
            else ""
        )
        return f"{self.what:<64} {self.value:>10,.1f} {self.unit}{goal}{'' if self.is_met else '  MISSED'}"
