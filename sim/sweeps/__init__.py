"""Many runs: one key per run, one folder per sweep, one table; nothing finished is done twice."""
