"""The walk: what a program does, in the order in which it does it, across files."""
