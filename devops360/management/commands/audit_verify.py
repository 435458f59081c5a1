from typing import Any

from django.core.management.base import BaseCommand, CommandError

from devops360 import audit
from devops360.models import AuditEntry, AuditHead


class Command(BaseCommand):
    help = "Seal what is new, read the whole audit trail, and say where its chain does not hold."

    def handle(self, **options: Any) -> None:
        # Looked at first: sealing must not paper over an end that was cut off.
        flaws = list(audit.verify())
        for flaw in flaws:
            self.stderr.write(f"{flaw.number}: {flaw.words}")
        if flaws:
            raise CommandError(
                f"{len(flaws)} flaws. Compare with the seals in the log, and with an export."
            )
        audit.seal_new()
        head = AuditHead.objects.get(pk=1)
        count = AuditEntry.objects.exclude(number=None).count()
        self.stdout.write(f"{count:,} entries hold. The last seal is {head.seal or '(none)'}.")
