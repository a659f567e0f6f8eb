"""Rerunning a program and comparing what happened."""
