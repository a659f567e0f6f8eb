"""How a project uses its own code: which programs reach it, and with which options."""
