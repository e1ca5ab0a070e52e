"""How well a network reads: metrics on labelled images and on drawn strokes."""
