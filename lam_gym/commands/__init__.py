"""One module a command of `lam-gym`: a frozen dataclass whose fields are the options and whose `run` does the work."""
