"""What is counted of files: https://prometheus.io/docs/practices/naming/."""

from prometheus_client import Counter

UPLOADS = Counter("files_uploaded_total", "Files that uploads made, new or as a new version.")
UPLOADED_BYTES = Counter("files_uploaded_bytes_total", "Their bytes.")
STORAGE_ERRORS = Counter(
    "files_storage_errors_total", "Requests refused because a store failed.", ["error"]
)
