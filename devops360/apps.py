from django.apps import AppConfig


class DevOps360Config(AppConfig):
    name = "devops360"
    verbose_name = "DevOps360"

    def ready(self) -> None:
        from devops360 import checks  # noqa: F401, PLC0415  (registers the checks)
