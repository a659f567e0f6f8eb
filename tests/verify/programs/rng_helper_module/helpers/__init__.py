"""Helpers of the training."""
