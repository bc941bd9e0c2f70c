"""The parts of the launcher that decide something."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.services.embedded import check_space
from config.services.guardian import Process, is_running, stop_all
from config.services.places import LaunchError, Places, data_name, fits_socket
from config.services.portal import discard_unfinished
from config.services.state import digest_of, identity_key, secret_key, signing_key, take_lock, write_environment

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
WILLING = "import time; print('up', flush=True); time.sleep(600)"


def start(script: str) -> "subprocess.Popen[bytes]":
    popen = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    assert popen.stdout is not None
    popen.stdout.readline()
    popen.stdout.close()
    return popen


def test_processes_stop_and_a_stubborn_one_is_killed() -> None:
    willing, stubborn = start(WILLING), start(STUBBORN)

    def reap() -> None:
        willing.poll()
        stubborn.poll()

    processes = [Process("stubborn", stubborn.pid, rank=1, grace=0.05), Process("willing", willing.pid, rank=0)]
    stop_all(processes, reap=reap)
    assert willing.wait() == -signal.SIGTERM
    assert stubborn.wait() == -signal.SIGKILL


def test_an_ended_process_is_not_running_before_anybody_collected_it() -> None:
    popen = start(WILLING)
    assert is_running(popen.pid)
    popen.kill()
    popen.wait()
    assert not is_running(popen.pid)


@pytest.mark.parametrize(
    ("folder", "fits"),
    [
        ("/home/user/paddock/.local/run", True),
        ("/home/" + "d" * 78, True),
        ("/home/" + "d" * 79, False),
        ("/home/user/my project/.local/run", False),
        ("/home/user/围场/.local/run", False),
    ],
)
def test_socket_folder_is_short_and_plain(folder: str, fits: bool) -> None:
    assert fits_socket(Path(folder)) is fits


def test_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"has \d+ MB left and the portal needs 999999999 MB; free some space"):
        check_space(tmp_path, needed_megabytes=999_999_999)


@pytest.mark.parametrize("make_key", [secret_key, identity_key], ids=lambda make_key: make_key.__name__)
def test_keys_are_generated_once_and_private(make_key: Callable[[Path], str], tmp_path: Path) -> None:
    key = make_key(tmp_path)
    assert len(key) == 64
    assert make_key(tmp_path) == key
    assert (tmp_path / make_key.__name__).stat().st_mode & 0o777 == 0o600


def test_signing_key_is_generated_once_and_private(tmp_path: Path) -> None:
    key = signing_key(tmp_path)
    assert len(key) == 43
    assert signing_key(tmp_path) == key
    assert (tmp_path / "signing_key").stat().st_mode & 0o777 == 0o600


def test_identity_key_is_another_key_that_is_kept(tmp_path: Path) -> None:
    key = identity_key(tmp_path)
    assert len(key) == 64
    assert identity_key(tmp_path) == key != secret_key(tmp_path)
    assert (tmp_path / "identity_key").stat().st_mode & 0o777 == 0o600


def test_generated_environment_is_private(tmp_path: Path) -> None:
    write_environment(tmp_path, {"PORT": "8001"})
    assert (tmp_path / "env").read_text().splitlines()[1:] == ["PORT='8001'"]
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600


def test_lock_of_a_running_process_is_refused(tmp_path: Path) -> None:
    take_lock(tmp_path)
    with pytest.raises(LaunchError, match="already runs from this folder"):
        take_lock(tmp_path)


def test_digest_follows_names_and_contents(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    before = digest_of([one, two])
    assert digest_of([two, one]) == before
    two.write_text("3")
    assert digest_of([one, two]) != before


def fill(folder: Path) -> Places:
    for name in ("postgres", "redis", "state/facts", "state/media"):
        (folder / name).mkdir(parents=True)
    for name in ("migrated", "state/secret_key"):
        (folder / name).touch()
    return Places(data=folder, run=folder, server=None)


def test_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    home = fill(tmp_path)
    (tmp_path / "demo-begun").touch()
    discard_unfinished(home, tmp_path / "state")
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"state", "state/secret_key"}


def test_finished_first_start_is_kept(tmp_path: Path) -> None:
    home = fill(tmp_path)
    (tmp_path / "demo-loaded").touch()
    before = set(tmp_path.rglob("*"))
    discard_unfinished(home, tmp_path / "state")
    assert set(tmp_path.rglob("*")) == before


def test_a_new_state_folder_begins_with_new_data(tmp_path: Path) -> None:
    first = data_name(tmp_path / "one", "0123456789ab")
    assert data_name(tmp_path / "one", "0123456789ab") == first
    assert data_name(tmp_path / "two", "0123456789ab") != first


def test_a_state_folder_of_before_keeps_its_data(tmp_path: Path) -> None:
    identity_key(tmp_path)
    assert data_name(tmp_path, "0123456789ab") == "0123456789ab"
    assert data_name(tmp_path, "0123456789ab") == "0123456789ab"
