"""Pictures of records: each function takes one or two records and returns a figure."""
