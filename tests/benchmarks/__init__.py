"""Measurements, run by hand and in CI, without a limit of time that could fail."""
