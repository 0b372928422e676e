"""`python -m lam_gym` is `lam-gym`."""

from __future__ import annotations

import sys

from lam_gym.cli import main

if __name__ == "__main__":
    sys.exit(main())
