"""Believable, reproducible sample data for new owners, demos and tests. Nobody in it exists."""

from kpixl.samples.sample import Sample, sample

__all__ = ["Sample", "sample"]
