"""Convection, diffusion and clearance of what is dissolved, on control volumes."""
