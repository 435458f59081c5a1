"""Secrets Manager, as moto's server has it, read by the site's own processes."""
