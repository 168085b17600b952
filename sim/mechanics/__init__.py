"""Mechanics of the insertion: local resistance, the nodule's support, the needle's stability."""
