"""Injected into the process under verification: standard library only, Python 3.9 or newer."""
