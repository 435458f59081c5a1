"""What a running site tells of itself: logs, metrics, health.

Every line of the log is one event. It names routes, ids and durations; never names of files,
addresses of links, secrets or tokens (ASVS 5.0: 16.2.5).
"""
