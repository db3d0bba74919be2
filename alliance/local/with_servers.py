"""Run one command with a private database and queue, which go when it ends: for checks that need them.

    python -m alliance.local.with_servers manage.py makemigrations --check

DEBUG, BASE_URL and the like, where the environment sets them, stay as they are.
"""

import os
import subprocess
import sys

from alliance.local import roles, servers
from alliance.local.pytest_servers import TEST, Servers


def main(command: list[str]) -> int:
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    running = Servers()
    try:
        running.start()
        roles.prepare(running.postgres, TEST)
        where = running.environment()
        kept = {
            name: os.environ[name] for name in where.keys() & os.environ.keys() if not name.endswith("_URL")
        }
        kept |= {name: os.environ[name] for name in ("BASE_URL", "EMAIL_URL") if name in os.environ}
        return subprocess.run([sys.executable, *command], env=os.environ | where | kept).returncode
    except servers.ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        running.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
