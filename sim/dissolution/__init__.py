"""The mineral and what the drug does to it, by one of several named closures."""
