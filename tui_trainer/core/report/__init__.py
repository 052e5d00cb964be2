"""Reports: what runs came to, in one file that needs nothing else."""
