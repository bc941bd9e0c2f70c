"""The installed front-end files: icons that the templates name, and nothing that refers to a file left behind."""

import re
from pathlib import Path

import pytest

from config import assets

USED = re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']""")


def make_packages(folder: Path) -> Path:
    for source in assets.FILES.values():
        place = folder / source
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("/* content */\n/*# sourceMappingURL=file.map */\n")
    icons = folder / "@tabler" / "icons" / "icons" / "outline"
    icons.mkdir(parents=True)
    for name in assets.read_icon_names():
        (icons / f"{name}.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">\n'
            '  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M1 1" />\n</svg>'
        )
    return folder


def test_every_icon_of_a_template_is_listed() -> None:
    templates = (assets.PROJECT / "templates").rglob("*.html")
    used = {name for path in templates for name in USED.findall(path.read_text(encoding="utf-8"))}
    assert used - set(assets.read_icon_names()) == set()


def test_install_replaces_the_target_without_source_maps(tmp_path: Path) -> None:
    target = tmp_path / "vendor"
    target.mkdir()
    (target / "old.js").touch()
    assets.install(make_packages(tmp_path / "node_modules"), target)
    files = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert files == {*assets.FILES, "icons.svg"}
    assert (target / "tabler/tabler.min.css").read_text() == "/* content */\n\n"


def test_sprite_has_one_symbol_for_each_name(tmp_path: Path) -> None:
    (tmp_path / "check.svg").write_text('<svg viewBox="0 0 24 24">\n  <path d="M5 12l5 5l10 -10" />\n</svg>')
    assert assets.build_sprite(["check"], tmp_path) == (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        '<symbol id="check" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round"><path d="M5 12l5 5l10 -10" /></symbol>\n</svg>\n'
    )


def test_unknown_icon_names_itself_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetError, match=re.escape("No such Tabler icon: no-such. Correct static/icons.txt.")):
        assets.build_sprite(["no-such"], tmp_path)


def test_missing_package_file_names_itself_and_the_remedy(tmp_path: Path) -> None:
    packages = make_packages(tmp_path / "node_modules")
    (packages / "htmx.org/dist/htmx.min.js").unlink()
    with pytest.raises(assets.AssetError, match=r"htmx\.min\.js is missing\. Run `npm ci` again\."):
        assets.install(packages, tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()
