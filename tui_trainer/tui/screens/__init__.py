"""New, Run, Runs, and the pages they open."""
