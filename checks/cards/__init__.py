"""DOC: model and data cards, citation, contact, compute, telemetry."""
