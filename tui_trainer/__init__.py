"""Watch a neural network learn, in a terminal."""
