"""Fine-tuning: a network that is served learns a hand's drawings without forgetting the rest."""
