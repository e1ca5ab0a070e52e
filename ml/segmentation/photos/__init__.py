"""What a photo holds: its ink without its light and its printed lines, in lines of blocks."""
