"""A person's hand: the drawings they confirmed, and what these change about a reading."""
