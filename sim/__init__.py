"""Needle insertion into calcified nodules and infiltration of the drug: the physics."""
