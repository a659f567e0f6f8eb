"""The action and the workflows, run step by step."""
