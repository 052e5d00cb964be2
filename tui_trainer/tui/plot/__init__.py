"""Pure drawing: numbers in, lines of text out. No Textual."""
