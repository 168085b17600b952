"""The report: one self-contained HTML page per run and per comparison."""
