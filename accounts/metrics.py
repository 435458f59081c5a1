"""What is counted of accounts: https://prometheus.io/docs/practices/naming/."""

from prometheus_client import Counter

SECURITY_EVENTS = Counter(
    "security_events_total", "Sign-ins, refusals and security changes.", ["kind"]
)
