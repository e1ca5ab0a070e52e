"""`make fuzz`: inputs that nobody would send, at every door, for as long as it is told."""
