"""Is this container's process well? `healthy.py web|worker|beat`; the answer is the exit code."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

BEAT_WRITES_EVERY = 180  # seconds; Celery's own rhythm for its schedule file


def web() -> bool:
    host = urlsplit(os.environ.get("BASE_URL", "http://localhost")).netloc
    request = urllib.request.Request("http://127.0.0.1:8000/health/live", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=8) as answer:
        return answer.status == 200


def worker() -> bool:
    name = f"celery@{socket.gethostname()}"
    asked = ["celery", "-A", "alliance", "inspect", "ping", "--timeout", "8", "--destination", name]
    return subprocess.run(asked, capture_output=True).returncode == 0


def beat() -> bool:
    written = [file.stat().st_mtime for file in Path("/tmp").glob("beat-schedule*")]
    return bool(written) and time.time() - max(written) < 3 * BEAT_WRITES_EVERY


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
