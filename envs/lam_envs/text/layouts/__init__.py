"""Labels, orders and nestings of the applications' widgets, in disjoint train and held-out sets."""
