"""The sheet that one prints: its layout as data, and the ink of its boxes."""
