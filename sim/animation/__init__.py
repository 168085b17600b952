"""Films of records: the needle's way in, then where the drug goes, both needles side by side."""
