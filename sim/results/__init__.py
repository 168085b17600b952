"""The record of one run: flat metrics, plain tables, fields and provenance in one folder.

This package is the edge where SI turns into the units that the files carry in their names.
"""
