"""Driving environments: vehicle models, tasks, experts, rendering."""
