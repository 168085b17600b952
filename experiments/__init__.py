"""Thin entry points: each wires configurations to a computation and adds nothing to it."""
