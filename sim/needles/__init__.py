"""Needles, the hand that holds them and the syringe behind them: numbers with their sources."""
