"""What is to be reached: issue by issue, as ratios of one median to another."""

from collections.abc import Mapping
from dataclasses import dataclass

OURS = ("DevOps360 on SQLite", "DevOps360 on PostgreSQL")
OUR_OWN = "DevOps360"

# Speeds by work, then by server.
type Medians = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Goal:
    """Our speed at `work`, over that of `peer` at `peer_work` (the same, unless named)."""

    work: str
    peer: str
    at_least: float
    peer_work: str = ""


GOALS = [
    Goal("large upload", "copyparty", 2.0),
    Goal("large upload", "plain WSGI loop", 0.8),
    Goal("small uploads", "copyparty", 1.0),
    Goal("upload by parts", "copyparty", 1.2),
    Goal("large download", "nginx", 0.95),
    Goal("ranged reads", "nginx", 0.8),
    # Within 1.2 times the time.
    Goal("listing of very many", OUR_OWN, 1 / 1.2, "listing of few"),
    Goal("listing of very many", "copyparty", 5.0),
]
MAX_GROWTH = 20.0  # MiB
# Notifications a second, by two workers on PostgreSQL: those of which there is a goal.
OUTBOX_RATES = {"words": 1000.0, "mail": 1000.0}


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    server: str
    # None where one of the two was not measured.
    ratio: float | None

    @property
    def reached(self) -> bool | None:
        return None if self.ratio is None else self.ratio >= self.goal.at_least


def judge(speeds: Medians) -> list[Verdict]:
    return [
        Verdict(goal, server, _ratio(goal, server, speeds)) for goal in GOALS for server in OURS
    ]


def _ratio(goal: Goal, server: str, speeds: Medians) -> float | None:
    peer = server if goal.peer == OUR_OWN else goal.peer
    ours = speeds.get(goal.work, {}).get(server)
    theirs = speeds.get(goal.peer_work or goal.work, {}).get(peer)
    return ours / theirs if ours and theirs else None
