"""Why something that was posted to us is not taken."""


class InboundError(Exception):
    """Not taken. The message is for the log alone: whoever posted learns nothing."""


class NotFromSnsError(InboundError):
    """Malformed, forged, too old, or of a topic that is none of ours."""


class CertificateUnavailableError(InboundError):
    """Amazon's certificate could not be had just now: SNS shall post again."""
