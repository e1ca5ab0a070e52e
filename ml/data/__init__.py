"""Labelled images: MNIST, its splits and batches, and random distortions of batches."""
