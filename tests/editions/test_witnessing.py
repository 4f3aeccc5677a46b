"""Another office witnesses the log: it cosigns what has only grown, and refuses the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from phucvu.editions import exporting, log
from phucvu.editions.models import Edition, LogEntry, LogHead, Witnessed
from phucvu.editions.office_key import office_key, witness_key
from phucvu.editions.verification import of_log
from phucvu.editions.witnessing import add_cosignature, consistency_since, witness
from phucvu.problems import NotFoundError, UnusableError
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note
from phucvu.proofs.signing import SigningKey
from phucvu.proofs.tiles import unbundled


def head() -> Note:
    latest = log.head()
    assert latest is not None
    return Note.read(latest.note)


def refusal(note: Note, key: SigningKey, proof: list[bytes]) -> str:
    with pytest.raises(UnusableError) as caught:
        witness(note, key.public, proof)
    return caught.value.faults[0].code


def test_a_log_that_grows_is_cosigned_again_and_again(edition: Edition) -> None:
    key, name = office_key(), office_key().name
    assert not Witnessed.objects.exists()
    first = witness(head(), key.public, [])
    assert first.signers([key.public, witness_key().public]).keys() == {key.public, witness_key().public}
    size = Witnessed.objects.get(origin=name).size
    log.append(b'{"edition":2}')
    assert refusal(head(), key, []) == "witness_not_grown"
    witness(head(), key.public, consistency_since(size))
    assert Witnessed.objects.get(origin=name).size == size + 2


def test_a_log_rewritten_is_refused(edition: Edition) -> None:
    key = office_key()
    witness(head(), key.public, [])
    entries = [b'{"edition":9}', *log.entries()[1:], b"{}"]
    tree = Tree.of(entries)
    again = key.signed(Note(str(Checkpoint(key.name, tree.size, tree.root()))))
    assert refusal(again, key, tree.consistency(tree.size - 1)) == "witness_not_grown"
    same_size = Tree.of(entries[:-1])
    other = key.signed(Note(str(Checkpoint(key.name, same_size.size, same_size.root()))))
    assert refusal(other, key, []) == "witness_not_grown"


def test_another_key_is_refused(edition: Edition) -> None:
    key = office_key()
    witness(head(), key.public, [])
    other = SigningKey.new(key.name)
    assert refusal(head(), other, []) == "proof_signed_by_nobody_known"
    assert refusal(other.signed(Note(head().text)), other, []) == "witness_another_key"


def test_cosignatures_are_kept_with_the_log(edition: Edition) -> None:
    cosigned = witness(head(), office_key().public, [])
    assert add_cosignature(cosigned, [witness_key().public]) == 1
    assert add_cosignature(cosigned, [witness_key().public]) == 0
    assert len(head().signatures) == 2
    assert list(of_log()) == []
    with pytest.raises(UnusableError):
        add_cosignature(Note("other\n1\nAAAA\n", cosigned.signatures), [witness_key().public])


def test_the_log_as_files_is_the_log(edition: Edition, home: Path) -> None:
    for number in range(2, 300):
        LogEntry.objects.create(index=number, entry=b"%d" % number)
    LogHead.objects.all().delete()
    log.append(b"{}")
    files = dict(exporting.files())
    assert {"tile/entries/000", "tile/0/000", "tile/1/000.p/1", "checkpoint"} <= files.keys()
    bundles = sorted(path for path in files if path.startswith("tile/entries"))
    assert [entry for path in bundles for entry in unbundled(files[path])] == log.entries()
    assert exporting.tile("tile/0/000") == files["tile/0/000"]
    assert Note.read(exporting.checkpoint()) == head()
    for path in ("tile/0/009", "tile/9/000", "tile/../secret", "tile/entries/000.p/9999"):
        with pytest.raises(NotFoundError):
            exporting.tile(path)


def test_a_log_without_entries(home: Path) -> None:
    with pytest.raises(NotFoundError):
        exporting.checkpoint()
    with pytest.raises(UnusableError):
        consistency_since(0)
