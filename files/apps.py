from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "files"

    def ready(self) -> None:
        # Registers the checks.
        from files import checks  # noqa: F401, PLC0415
