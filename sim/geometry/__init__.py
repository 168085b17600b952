"""Shapes and places in space, which meshes and domains are made from."""
