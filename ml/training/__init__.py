"""From a recipe to a finished run: the loop, sessions, checkpoints, calibration, cards."""
