"""Darcy and poroelastic flow from the needle, driven by the syringe."""
