"""Readers of files that are not Python: requirements, locks, images, workflows, cards."""
