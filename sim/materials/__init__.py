"""Materials: every default number with its source, and the laws that depend on mineral density."""
