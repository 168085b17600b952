"""A sweeper for Hydra that draws the inputs of every run: ``hydra/sweeper=sampling``."""
