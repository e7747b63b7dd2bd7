"""The names of a repository: what they are, where they are reached, and what they inherit."""
