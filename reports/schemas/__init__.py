"""JSON Schemas of every output, one file a name."""
