"""Hydra's default sweeper for the runs of this project."""
