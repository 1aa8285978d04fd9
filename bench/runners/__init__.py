"""Runners: one module a framework, each a process of its own that `compare` starts and asks."""
