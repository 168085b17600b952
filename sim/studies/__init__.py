"""What is computed from many runs: studies over the models of one."""
