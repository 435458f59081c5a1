"""Whether all that was acknowledged is still there: files by digest, notifications by key."""

import hashlib
import time
from dataclasses import dataclass, field

from practice.drills.load import Load
from practice.drills.stack import Stack

# Who asks then, among those who ask.
VERIFICATION = "verification"
# For what is owed to go out, once nothing is broken any more.
PATIENCE = 30.0
# As if the time had passed for which dead workers hold leases, and channels are left alone.
LATER = """
UPDATE notifications_delivery SET due_at = now() WHERE state IN ('pending', 'sending');
UPDATE notifications_channelstate SET paused_until = NULL;
"""
OWED = """
SELECT notice.context->>'name', delivery.channel, delivery.state, delivery.idempotency_key::text
FROM notifications_delivery AS delivery
JOIN notifications_notification AS notice ON notice.id = delivery.notification_id
WHERE notice.kind = 'file_shared'
"""


@dataclass(frozen=True)
class Owed:
    """A message for a share, by one channel."""

    name: str
    channel: str
    state: str
    key: str


@dataclass
class Verdict:
    files: int = 0
    shares: int = 0
    mails: int = 0
    # Beyond the first of each.
    again: int = 0
    problems: list[str] = field(default_factory=list)


def verify(stack: Stack, load: Load) -> Verdict:
    """Read every acknowledged file again, and look for every acknowledged notification."""
    verdict = Verdict(files=len(load.files), shares=len(load.shares))
    wrong = [pk for pk, digest in load.files.items() if _digest(load, pk) != digest]
    if wrong:
        verdict.problems.append(f"{len(wrong)} acknowledged files are not what was sent: {wrong}")
    _verify_shares(stack, load, verdict)
    return verdict


def _digest(load: Load, pk: str) -> str:
    answer = load.call(VERIFICATION, "GET", f"files/{pk}/content")
    return hashlib.sha256(answer.body).hexdigest() if answer.good else f"status {answer.status}"


def _verify_shares(stack: Stack, load: Load, verdict: Verdict) -> None:
    deadline = time.monotonic() + PATIENCE
    stack.execute(LATER)
    while True:
        owed = [Owed(*row) for row in stack.execute(OWED)]
        mine = [each for each in owed if each.name in load.shares]
        waiting = [each for each in mine if each.state != "sent"]
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    if waiting:
        verdict.problems.append(f"{len(waiting)} messages were not sent: {waiting}")
    mails = {each.name: each.key for each in mine if each.channel == "email"}
    if missing := load.shares - mails.keys():
        verdict.problems.append(f"{len(missing)} acknowledged shares owe no mail: {missing}")
    arrived = stack.mailbox.arrived.get(stack.people.friend, [])
    keys = set(mails.values())
    if lost := keys - set(arrived):
        verdict.problems.append(f"{len(lost)} mails are marked as sent and did not arrive.")
    verdict.mails = sum(1 for key in arrived if key in keys)
    verdict.again = verdict.mails - len(keys & set(arrived))
