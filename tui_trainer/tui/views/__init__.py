"""What screens say, as pure functions from what is known to styled lines."""
