"""Ink -> the paths of the pen that drew it: thinning, tracing, paths. NumPy only."""
