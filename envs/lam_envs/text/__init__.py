"""Text environments: the screen engine, its applications, phrasings and experts."""
