"""What is counted of files: https://prometheus.io/docs/practices/naming/."""

from prometheus_client import Counter, Histogram

UPLOADS = Counter("files_uploaded_total", "Files that uploads made, new or as a new version.")
UPLOADED_BYTES = Counter("files_uploaded_bytes_total", "Their bytes.")
STORAGE_ERRORS = Counter(
    "files_storage_errors_total", "Requests refused because a store failed.", ["error"]
)
# What takes as long as people send or receive is not among it: only what waits for the store alone.
STORE_SECONDS = Histogram(
    "files_store_seconds",
    "Seconds that a store took for what it was asked.",
    ["store", "act"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
# Bytes are on the disk for good.
SYNC = STORE_SECONDS.labels("local", "sync")
