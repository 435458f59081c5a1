"""All drills, in the order in which a learner may take them."""

from practice.drills.clients import SLOW_CLIENTS
from practice.drills.cloud import SECRET_ROTATED, SNS_THROTTLED
from practice.drills.databases import (
    DATABASE_FAILOVER,
    DATABASE_GONE,
    DATABASE_RESTARTED,
    KILL_DATABASE,
    POOL_EXHAUSTED,
)
from practice.drills.drill import Drill
from practice.drills.messages import MAIL_GONE
from practice.drills.processes import (
    CLOCK_JUMP,
    KILL_WEB,
    KILL_WORKER,
    POISON_TASK,
    TWO_SCHEDULERS,
)
from practice.drills.stores import STORE_FAILS, STORE_FULL, STORE_READ_ONLY, STORE_SLOW

# Those that need the site started anew with other settings come last.
DRILLS: dict[str, Drill] = {
    drill.name: drill
    for drill in (
        KILL_WEB,
        KILL_WORKER,
        KILL_DATABASE,
        DATABASE_GONE,
        DATABASE_RESTARTED,
        POOL_EXHAUSTED,
        STORE_FULL,
        STORE_READ_ONLY,
        STORE_SLOW,
        SLOW_CLIENTS,
        POISON_TASK,
        TWO_SCHEDULERS,
        CLOCK_JUMP,
        MAIL_GONE,
        SNS_THROTTLED,
        STORE_FAILS,
        SECRET_ROTATED,
        DATABASE_FAILOVER,
    )
}
