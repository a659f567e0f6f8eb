"""What is injected into the traced program: standard library only, Python 3.9 and newer."""
