"""`python -m engine score` on files."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.__main__ import main
from engine.tables import read_table, write_table

ROOT = Path(__file__).resolve().parents[2]
HDI = str(ROOT / "engine" / "models" / "hdi_2022.toml")
COUNTRIES = """\ufeffcountry,life_expectancy,expected_schooling,mean_schooling,income,published
Switzerland,84.255,16.583731,13.904066,69432.78669,0.967
Norway,83.393,18.638460,13.062343,69189.76165,0.966
Nowhere,,10,10,1000,
China,78.587,15.217936,8.106910,18024.887470,0.788
"""
FACTS_MODEL = """
key = "facts"
version = "1"
source = "facts"
columns = ["orders", "clicks"]
[window]
half_life = 0
[bootstrap]
replicates = 20
[peers]
columns = ["track"]
[[capabilities]]
key = "selling"
weight = 1.0
[[metrics]]
key = "conversion"
capability = "selling"
weight = 1.0
numerator = "orders"
denominator = "clicks"
"""


@pytest.fixture
def countries(tmp_path: Path) -> Path:
    path = tmp_path / "countries.csv"
    path.write_text(COUNTRIES, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".jsonl"])
def test_scores_a_table(countries: Path, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    source, out, ledger = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}", tmp_path / f"ledger{suffix}"
    write_table(source, read_table(countries))
    code = main(["score", "--model", HDI, "--table", str(source), "--out", str(out), "--ledger", str(ledger)])
    assert code == 0
    assert "3 assessed, 1 not assessed" in capsys.readouterr().out
    cards = read_table(out)
    assert cards["subject"].tolist() == ["Switzerland", "Norway", "Nowhere", "China"]
    np.testing.assert_array_equal(cards["composite"], [0.967, 0.966, np.nan, 0.788])
    assert cards["reason"].tolist() == [None, None, "too_few_capabilities", None]
    steps = read_table(ledger)
    assert len(steps["metric"]) == 16
    assert steps["normalised"][steps["subject"] == "Norway"].tolist()[1] == 1.0


def test_compares_with_a_published_column(countries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["score", "--model", HDI, "--table", str(countries), "--out", str(tmp_path / "o.csv")]
    assert main([*command, "--compare", "published", "--strict"]) == 0
    assert "equal: 3; unequal: 0; not assessed: 1;" in capsys.readouterr().out
    countries.write_text(COUNTRIES.replace("0.788", "0.789"), encoding="utf-8")
    assert main([*command, "--compare", "published"]) == 0
    assert main([*command, "--compare", "published", "--strict"]) == 1
    assert "equal: 2; unequal: 1; not assessed: 1;" in capsys.readouterr().out


def test_scores_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.toml").write_text(FACTS_MODEL, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(
        "provider,day,merchant,trader,orders,clicks\n"
        "A,2026-03-01,M,T,5,10\nA,2026-03-09,M,T,1,10\nB,2026-03-02,M,T,9,10\nB,2026-03-20,M,T,9,10\nC,2026-03-03,M,,1,10\n",
        encoding="utf-8",
    )
    (tmp_path / "subjects.csv").write_text("provider,track\nA,x\nB,x\nC,y\n", encoding="utf-8")
    command = ["score", "--model", str(tmp_path / "model.toml"), "--table", str(tmp_path / "facts.csv")]
    command += ["--out", str(tmp_path / "out.csv")]
    day, subjects = ["--as-of", "2026-03-31"], ["--subjects", str(tmp_path / "subjects.csv")]
    assert main([*command, *day, *subjects, "--intervals"]) == 0
    cards = read_table(tmp_path / "out.csv")
    assert cards["group"].tolist() == ["x", "x", "y"]
    assert cards["composite"].tolist() == [25, 75, 50]
    assert (cards["lower"] <= cards["upper"]).tolist() == [True, True, False]
    assert np.isnan(cards["lower"][2])  # one block cannot say how blocks differ
    assert main([*command, *subjects]) == 2
    assert "--as-of: Facts are scored as of a day." in capsys.readouterr().err
    assert main([*command, *day]) == 2
    assert "--subjects: The model needs the columns track of each provider." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--model": "nowhere.toml"}, "--model: The model file nowhere.toml cannot be read."),
        ({"--table": "nowhere.csv"}, "There is no file nowhere.csv."),
        ({"--table": "table.xlsx"}, "The name of the file table.xlsx does not say what kind of table it is."),
        ({"--out": "/nowhere/at/all.csv"}, "There is no folder /nowhere/at to write into."),
        ({"--compare": "country"}, "--compare: There is no column of numbers 'country' to compare with."),
    ],
)
def test_bad_input_is_one_sentence(
    countries: Path, tmp_path: Path, change: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"--model": HDI, "--table": str(countries), "--out": str(tmp_path / "o.csv")} | change
    assert main(["score", *[word for pair in options.items() for word in pair]]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"error: {message}")
    assert errors.count("\n") == 1
    assert not (tmp_path / "o.csv").exists()


def test_no_output_overwrites_an_input_or_another_output(
    countries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["score", "--model", HDI, "--table", str(countries)]
    for outputs in (["--out", str(countries)], ["--out", str(tmp_path / "o.csv"), "--ledger", str(tmp_path / "o.csv")]):
        assert main([*command, *outputs]) == 2
        assert f"error: The output {outputs[-1]} would overwrite" in capsys.readouterr().err
    assert countries.read_text(encoding="utf-8") == COUNTRIES
    assert not (tmp_path / "o.csv").exists()


def test_runs_as_a_module() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "engine", "score", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "docs/scoring.md" in result.stdout
    for option in ("--model", "--table", "--out", "--ledger", "--compare", "--strict", "--as-of", "--subjects"):
        assert option in result.stdout
