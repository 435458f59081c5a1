"""Checks of our own, which no tool knows; each with the faults that it must notice."""
