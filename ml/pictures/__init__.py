"""Files of pictures -> pixels; every limit holds before anything is decoded."""
