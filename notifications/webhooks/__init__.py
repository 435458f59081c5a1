"""Webhooks: posts to an address of one's own, signed as standardwebhooks.com has it."""
