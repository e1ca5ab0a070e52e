"""Several digits: from strokes, connected parts or a photo to the ink of each digit."""
