"""Step 6 of the method: rollouts with intervals, attacks and the report."""
