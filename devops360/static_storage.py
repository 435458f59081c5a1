from whitenoise.storage import CompressedManifestStaticFilesStorage


class VaultStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed static files, whose JavaScript modules import each other by hash."""

    support_js_module_import_aggregation = True
