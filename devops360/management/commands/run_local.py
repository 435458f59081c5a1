import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from devops360 import supervisor
from devops360.demo.account import DemoAccount, ensure_demo_account


class Command(BaseCommand):
    help = "Prepare what is missing, then run the site and its worker on this machine."

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("run_local is for one's own machine, not for production.")
        try:
            supervisor.require_free_port(settings.PORT)
        except supervisor.PortError as error:
            raise CommandError(str(error)) from None
        missing = supervisor.prepare_database()
        if missing:
            self.stdout.write(f"Database: {missing} migrations applied.")
        if supervisor.prepare_static():
            self.stdout.write("Static files: collected and compressed.")
        account = ensure_demo_account()
        connections.close_all()
        status = supervisor.serve(port=settings.PORT, when_ready=lambda: self.greet(account))
        self.stdout.write("Stopped.")
        sys.exit(status)

    def greet(self, account: DemoAccount) -> None:
        self.stdout.write(f"\n  {settings.SITE_NAME} is ready: {settings.SITE_URL}/")
        self.stdout.write(f"  {account.advice}")
        self.stdout.write("  Mail is printed here. Press Ctrl-C to stop.\n\n")
        self.stdout.flush()
