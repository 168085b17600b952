"""Penetration of a mineral: its law, the finite elements around the tip, the resistance curve."""
