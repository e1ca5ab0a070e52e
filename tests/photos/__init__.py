"""Rendered photos of handwritten numbers: generated hands, paper, light and camera, by a seed."""
