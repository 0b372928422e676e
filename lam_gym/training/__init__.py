"""Steps 2 to 4 of the method: the joint loss, its perturbations and the one training loop."""
