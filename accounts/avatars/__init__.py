"""The picture of a person: decoded apart, cropped, re-encoded, kept in several sizes."""
