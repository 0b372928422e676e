"""lam-gym."""
