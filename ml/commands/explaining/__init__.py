"""What the command line says about why: `ml.explain` as pictures, and what it shows."""
