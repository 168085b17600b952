"""Needle insertion into calcified nodules and the infiltration of sodium thiosulfate: the physics."""
