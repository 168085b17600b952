"""Rounds of a treatment: what one leaves, carried to the next, kept on disk and told."""
