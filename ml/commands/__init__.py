"""What the command line does, prints and draws: one file for each command."""
