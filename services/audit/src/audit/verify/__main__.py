"""``python -m audit.verify public|entitled|receipt``."""

import sys

from audit.verify.command import main

if __name__ == "__main__":
    sys.exit(main())
