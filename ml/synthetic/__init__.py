"""Generated handwriting: digits, letters and drawings that are not digits."""
