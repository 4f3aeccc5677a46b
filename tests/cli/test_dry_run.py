"""What an import would do, to be read before it is done."""

import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.intake.watch import watch
from phucvu.records.store import Store

UNITS = (
    "Mã đơn vị,Tên đơn vị,Loại đơn vị,Cấp trên,Điện thoại\n"
    "H99,UBND tỉnh Ví Dụ,tỉnh,,1\n"
    'H99.01,Sở Ví Dụ,"sở, ban, ngành",H99,2\n'
    "H99.02,Sở Khác,làng,H99,3\n"
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        return CliRunner().invoke(program, [*words, "--home", str(tmp_path / "home")], standalone_mode=False)

    return run


def test_a_preview_says_kind_columns_counts_and_examples_and_writes_nothing(run, tmp_path):
    (tmp_path / "a.csv").write_text(UNITS)
    done = run("import", "a.csv", "--dry-run")
    assert done.return_value == 1, done.output
    said = done.stdout
    assert "a.csv: units" in said
    assert "4 cột là của bảng units" in said
    for heading, name in {"Mã đơn vị": "code", "Cấp trên": "parent", "Điện thoại": "không dùng"}.items():
        assert any(line.startswith(heading) and name in line for line in said.splitlines()), heading
    assert next(line.split() for line in said.splitlines() if line.startswith("units  ")) == [
        "units",
        "2",
        "0",
        "0",
    ]
    assert "set aside: 1" in said
    assert "a.csv, dòng 4, cột kind: giá trị “làng”" in done.stderr
    assert "nothing was written" in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert not (tmp_path / "home").exists()


def test_a_preview_tells_new_from_changed_and_the_same(run, tmp_path):
    (tmp_path / "a.csv").write_text(UNITS)
    assert run("import", "a.csv").return_value == 1
    more = UNITS.replace("Sở Ví Dụ", "Sở Đổi Tên").replace("làng", "sở")
    (tmp_path / "b.csv").write_text(more)
    done = run("import", "b.csv", "--dry-run")
    assert done.return_value == 0
    line = next(line for line in done.stdout.splitlines() if line.startswith("units  "))
    assert line.split() == ["units", "1", "1", "1"]
    assert set(Store(tmp_path / "home").rows("units")["name"]) == {"UBND tỉnh Ví Dụ", "Sở Ví Dụ"}


def test_units_of_a_folder_come_first_and_each_file_is_looked_into_once(run, tmp_path, monkeypatch):
    from phucvu.tables import reading

    looked = []
    encoding = reading._encoding
    monkeypatch.setattr(reading, "_encoding", lambda path: looked.append(path.name) or encoding(path))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(
        "Mã hồ sơ,Mã TTHC,Đơn vị xử lý,Ngày tiếp nhận\nA,1.1,H99.01,03/08/2026\n"
    )
    (tmp_path / "in" / "b.csv").write_text(UNITS)
    done = run("import", "in", "--sender", "H99")
    assert done.return_value == 1
    assert "dossiers: 1 mới" in done.output
    assert sorted(looked) == ["a.csv", "b.csv"]


def test_a_watched_file_that_cannot_be_used_is_not_said_to_be_done(run, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "phucvu.intake.watch.watch.__kwdefaults__", {**watch.__kwdefaults__, "settled": 0, "every": 0}
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "units.csv").write_text(UNITS)
    assert run("watch", "in", "--once").return_value == 1
    (tmp_path / "in" / "la.csv").write_text("a,b\n1,2\n")
    (tmp_path / "in" / "more-units.csv").write_text(UNITS.replace("H99.02", "H99.03"))
    assert run("watch", "in", "--once").return_value == 2
