"""Takes what the pages need from node_modules: `python config/assets.py`, run by the Makefile after `npm ci`.

The result is replaced as a whole under .local/assets/vendor, which Django serves as `vendor/...`. The icons named in
static/icons.txt become one sprite, `vendor/icons.svg`, each a symbol with its name as id.
"""

import re
import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = PROJECT / "node_modules"
ICON_NAMES = PROJECT / "static" / "icons.txt"
TARGET = PROJECT / ".local" / "assets" / "vendor"

FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
}
SOURCE_MAP = re.compile(r"^(/\*#|//#) sourceMappingURL=.*$", re.MULTILINE)
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class AssetError(Exception):
    """An asset is not where it should be; the text says which and what to do."""


def read_icon_names(path: Path = ICON_NAMES) -> list[str]:
    return sorted({line.strip() for line in path.read_text().splitlines() if line.strip()})


def build_sprite(names: list[str], icons: Path) -> str:
    """One SVG document with a symbol for each named icon; `AssetError` lists the names that do not exist."""
    missing = [name for name in names if not (icons / f"{name}.svg").exists()]
    if missing:
        raise AssetError(f"No such Tabler icon: {', '.join(missing)}. Correct static/icons.txt.")
    symbols = [_symbol(name, (icons / f"{name}.svg").read_text()) for name in names]
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def install(packages: Path = PACKAGES, target: Path = TARGET) -> None:
    """Replace `target` by the files of the installed packages."""
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for name, source in FILES.items():
        if not (packages / source).exists():
            raise AssetError(f"{packages / source} is missing. Run `npm ci` again.")
        place = draft / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # Its map is not installed, and the static file manifest refuses a reference to a file that is not there.
        place.write_text(SOURCE_MAP.sub("", (packages / source).read_text(encoding="utf-8")), encoding="utf-8")
    icons = packages / "@tabler" / "icons" / "icons" / "outline"
    (draft / "icons.svg").write_text(build_sprite(read_icon_names(), icons), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


def _symbol(name: str, document: str) -> str:
    drawing = DRAWING.search(document)
    if drawing is None:
        raise AssetError(f"The Tabler icon {name} is not an SVG document.")
    lines = [line.strip() for line in drawing.group(1).splitlines() if line.strip() and 'd="M0 0h24v24H0z"' not in line]
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round">{"".join(lines)}</symbol>\n'
    )


if __name__ == "__main__":
    try:
        install()
    except AssetError as error:
        sys.exit(str(error))
