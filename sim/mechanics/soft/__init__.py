"""Cutting of skin and fat: the crack before the tip and the wall that closes on the shaft."""
