"""What the renderers fill."""
