from django.apps import AppConfig


class DevOps360Config(AppConfig):
    name = "devops360"
    verbose_name = "DevOps360"

    def ready(self) -> None:
        # Here, since both import models: apps must be loaded first.
        from devops360 import checks  # noqa: F401, PLC0415  (registers the checks)
        from devops360.wiring import connect_apps  # noqa: PLC0415

        connect_apps()
