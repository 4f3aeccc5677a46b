"""`phucvu backup` and `phucvu restore` as an administrator uses them; tests/inbox uses them under load."""

import json
import shutil
import stat

import pytest

from .conftest import running_in

SECRET = 0o077


@pytest.fixture(scope="module")
def made(with_units, tmp_path_factory):
    """A folder with a home that has something of everything, and a backup of it; what the command said."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(with_units, folder, dirs_exist_ok=True)
    phucvu, home = running_in(folder), folder / "home"
    assert phucvu("senders", "add", "so-vi-du", "--unit", "H99.01").returncode == 0
    assert phucvu("audit", "verify").returncode == 0
    for path in ("mappings/rieng.yaml", "portal/H99/2026-10/answer.json", "secret.key"):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(path, encoding="utf-8")
    for path in ("lists/2026-10.listing", "inbox.lock"):
        (home / path).parent.mkdir(exist_ok=True)
        (home / path).write_text("made again", encoding="utf-8")
    done = phucvu("backup", "copy")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def backed_up(made, tmp_path):
    """What the backup's command said; the home and the backup are in a folder of the test's own."""
    folder, said = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return said


@pytest.fixture
def phucvu(tmp_path):
    return running_in(tmp_path)


def test_everything_is_there_again(phucvu, backed_up, tmp_path):
    done = phucvu("restore", "copy", "--home", "again")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(backed_up)
    home, again = tmp_path / "home", tmp_path / "again"
    for path in ("mappings/rieng.yaml", "portal/H99/2026-10/answer.json", "secret.key"):
        assert (again / path).read_text(encoding="utf-8") == path
    assert not (again / "lists").exists()
    assert not list(again.glob("*.lock"))
    for command in (["audit", "export"], ["audit", "verify"], ["senders", "list"]):
        first, second = (phucvu(*command, "--home", str(h)).stdout for h in (home, again))
        assert first == second != ""
    # The same units: importing them once more changes nothing.
    assert "0 mới" in phucvu("import", "units.csv", "--home", "again").stdout


def test_nobody_else_can_read_a_backup_or_what_is_restored(phucvu, backed_up, tmp_path):
    assert phucvu("restore", "copy", "--home", "again").returncode == 0
    for folder in (tmp_path / "copy", tmp_path / "again"):
        for path in (folder, *folder.rglob("*")):
            assert not stat.S_IMODE(path.stat().st_mode) & SECRET, path


def test_the_manifest_names_every_file(backed_up, tmp_path):
    copy = tmp_path / "copy"
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    files = {str(p.relative_to(copy)): p.stat().st_size for p in copy.rglob("*") if p.is_file()}
    files.pop("manifest.json")
    assert {f["path"]: f["size"] for f in manifest["files"]} == files
    assert manifest["records"]["units"]["rows"] == 2
    assert manifest["rows"]["inbox_sender"] == 1
    assert manifest["audit"].startswith("1:")


def damage_a_file(copy):
    path = next(copy.glob("records/units/arrived/*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def lose_a_file(copy):
    (copy / "home" / "secret.key").unlink()


def never_finish(copy):
    (copy / "manifest.json").unlink()


@pytest.mark.parametrize("harm", [damage_a_file, lose_a_file, never_finish])
def test_a_backup_that_is_not_whole_is_refused(phucvu, backed_up, tmp_path, harm):
    harm(tmp_path / "copy")
    done = phucvu("restore", "copy", "--home", "again")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("restore", "copy", "--home", "home"),
        ("backup", "copy"),
        ("backup", "home/copy"),
        ("backup", "another", "--home", "no-such-home"),
    ],
)
def test_nothing_is_written_over_or_into_what_is_there(phucvu, backed_up, tmp_path, words):
    before = sorted(tmp_path.rglob("*"))
    done = phucvu(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_another_kind_of_database_is_refused(phucvu, backed_up, tmp_path):
    path = tmp_path / "copy" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"sqlite"', '"postgresql"'), encoding="utf-8")
    done = phucvu("restore", "copy", "--home", "again")
    assert done.returncode == 2
    assert "a database of postgresql" in done.stderr
