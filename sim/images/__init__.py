"""Nodules from images: CT volumes and closed surfaces as shapes that the 3-D domain can mesh."""
