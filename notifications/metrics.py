"""What is counted of deliveries: https://prometheus.io/docs/practices/naming/."""

from prometheus_client import Counter

DELIVERIES = Counter(
    "deliveries_total", "Deliveries and failed attempts at them.", ["channel", "outcome"]
)
