"""Looking into the outbox from a shell: what waits, what failed, and sending it again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from notifications.models import ChannelState, Delivery, DeliveryQuerySet
from notifications.outbox.marks import replay

SHOWN = 50


class Command(BaseCommand):
    help = "Show what is owed to people and what could not be sent, or send that again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--failed", action="store_true", help="what was given up")
        what.add_argument("--pending", action="store_true", help="what waits or is being sent")
        what.add_argument("--replay", action="store_true", help="send what was given up again")
        parser.add_argument("--channel", help="of this channel alone, such as email")
        parser.add_argument("--id", type=int, action="append", help="these alone; may be repeated")

    def handle(
        self,
        *,
        failed: bool,
        pending: bool,
        replay: bool,
        channel: str | None,
        id: list[int] | None,  # noqa: A002  (the option's name)
        **options: Any,
    ) -> None:
        chosen = Delivery.objects.all()
        if channel:
            chosen = chosen.filter(channel=channel)
        if id:
            chosen = chosen.filter(pk__in=id)
        if replay:
            self._replay(chosen)
        elif failed:
            self._list(chosen.dead())
        elif pending:
            self._list(chosen.open())
        else:
            self._summary(chosen)

    def _replay(self, chosen: DeliveryQuerySet) -> None:
        dead = chosen.dead().count()
        again = replay(chosen)
        self.stdout.write(f"Sent again: {again}.")
        if dead > again:
            self.stdout.write(f"Left as they are: {dead - again} letters that are out of date.")

    def _list(self, chosen: DeliveryQuerySet) -> None:
        rows = chosen.select_related("notification").order_by("-pk")
        for row in rows[:SHOWN]:
            about = row.notification.kind if row.notification else "letter"
            self.stdout.write(
                f"{row.pk}  {row.channel}  {row.address}  {about}  {row.state}  "
                f"attempts={row.attempts}  due={row.due_at:%Y-%m-%d %H:%M:%S}  {row.error}"
            )
        count = chosen.count()
        more = f" The newest {SHOWN} are shown." if count > SHOWN else ""
        self.stdout.write(f"{count} in all.{more}")

    def _summary(self, chosen: DeliveryQuerySet) -> None:
        counted = chosen.values_list("channel", "state").annotate(number=Count("pk"))
        for channel, state, number in counted.order_by("channel", "state"):
            self.stdout.write(f"{channel}  {state}  {number}")
        for state in ChannelState.objects.filter(paused_until__isnull=False):
            self.stdout.write(
                f"{state.name} rests until {state.paused_until:%Y-%m-%d %H:%M:%S}, "
                f"failures in a row: {state.failures}"
            )
