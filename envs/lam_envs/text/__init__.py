"""Text environments: the screen engine, its applications, phrasings, layouts and experts."""
