"""What a radiograph and a CT would show of a run: X-rays through the record's mineral."""
