"""Run commands, one after the other, with a private queue and a private, migrated database, which go when they end: for
checks that need them.

    python -m alliance.local.with_servers manage.py makemigrations --check -- manage.py draw_lifecycles --check

The first one that fails is the last. DEBUG, BASE_URL and the like, where the environment sets them, stay as they are.
What had to be migrated is kept for the tests.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby

from alliance.local import servers
from alliance.local.pytest_servers import TEMPLATE, TEST, Servers


def main(words: list[str]) -> int:
    if not words:
        print(__doc__, file=sys.stderr)
        return 2
    running = Servers()
    try:
        running.seed()
        running.start()
        where = running.environment()

        def migrate() -> None:
            words = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            subprocess.run(words, env=os.environ | where, check=True)

        running.have_template(migrate)
        running.run(running.copy(TEST, TEMPLATE))
        kept = {
            name: os.environ[name] for name in where.keys() & os.environ.keys() if not name.endswith("_URL")
        }
        kept |= {name: os.environ[name] for name in ("BASE_URL", "EMAIL_URL") if name in os.environ}
        for command in commands(words):
            subprocess.run([sys.executable, *command], env=os.environ | where | kept, check=True)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    except servers.ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        running.stop()
    return 0


def commands(words: list[str]) -> Iterator[list[str]]:
    """What stands between the double dashes."""
    return (list(command) for is_dash, command in groupby(words, "--".__eq__) if not is_dash)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
