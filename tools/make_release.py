"""Builds what is handed out into dist/: wheel and sdist, and the add-in with and without Python (``make release``).

Each add-in is in a folder of its own, since both have to be called kpixl.xlam.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from kpixl.languages import ENGLISH
from kpixl.verbs.addin import build
from kpixl.workbook.macros.xlam import FILE

ROOT = Path(__file__).parent.parent
ADD_INS = {"addin": True, "addin-without-python": False}
"""The folder of each add-in, and whether it calls Python."""


def make(out: Path) -> list[Path]:
    """Build everything into ``out`` anew, and give the files."""
    shutil.rmtree(out, ignore_errors=True)
    # The wheel is built from the sdist, so that neither can lack what the other has.
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)], check=True)
    return [*sorted(path for path in out.iterdir() if path.is_file()), *add_ins(out)]


def add_ins(out: Path) -> list[Path]:
    """Both add-ins, each in its folder below ``out``."""
    made = []
    for folder, python in ADD_INS.items():
        (out / folder).mkdir(parents=True)
        made.append(build(out / folder / FILE, python=python, code=ENGLISH))
    return made


if __name__ == "__main__":
    for path in make(ROOT / "dist"):
        print(path.relative_to(ROOT))
