"""Vertex-centred control volumes in (r, z) and 3-D, and the linear systems on them."""
