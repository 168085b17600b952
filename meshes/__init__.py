"""Mesh builders: gmsh geometry, physical groups by name, files cached by their parameters."""
