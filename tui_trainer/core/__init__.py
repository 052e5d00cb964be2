"""The vocabulary: what is trained, what was said, what it means. No torch, no terminal."""
