"""A case on its mesh: coefficients, the track, where the liquid enters and leaves."""
