"""fwaudit: which runs of a machine-learning repository cannot be repeated, and why."""

__version__ = "0.1.0"
