"""Start the web app: ``python app.py`` is ``twin app``."""

import sys

from twin.cli.main import main

if __name__ == "__main__":
    sys.argv.insert(1, "app")
    main()
