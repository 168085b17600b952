"""Rounds of a treatment run into folders: kept on disk, taken up again and told."""
