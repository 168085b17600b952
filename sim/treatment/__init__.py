"""What one round leaves in the tissue, and how the next one meets it."""
