"""The engine: files, index, project, rules, findings."""
