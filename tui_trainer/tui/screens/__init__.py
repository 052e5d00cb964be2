"""New, Run, Runs."""
