"""The report of a made-up run: complete, self-contained, and equal to its rows."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lam_gym.errors import BadConfig
from lam_gym.evaluation.comparison import Comparison
from lam_gym.evaluation.media import find_media, gif
from lam_gym.evaluation.page import number, percent
from lam_gym.evaluation.report import read_metrics, write_report
from lam_gym.evaluation.rows import Evaluation, file_name, group_rows, read_rows, write_rows
from lam_gym.training.config import TrainConfig

TASKS = ("drive/lane-keeping", "text/mail", "babyai/GoToLocal")
RATES = {"expert": 1.0, "random": 0.02, "B": 0.93, "A": 0.985}
ATTACKS = [(kind, epsilon) for kind in ("noise", "pgd") for epsilon in (0.05, 0.1)]


def episodes(task: str, policy: str, rate: float, kind: str = "clean", epsilon: float = 0.0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(abs(hash_of(task, policy, kind, epsilon)))
    rows = []
    for seed in range(200):
        success = bool(rng.random() < rate)
        length = int(rng.integers(40, 120)) if success else 300
        rows.append(
            {
                "task": task,
                "policy": policy,
                "perturbation": kind,
                "epsilon": epsilon,
                "source": "",
                "seed": 2**29 + seed,
            }
            | {"success": success, "return": float(success) * 40 + rng.normal(), "length": length}
            | {"terminated": success, "truncated": not success, "metric/offset_m": float(abs(rng.normal()))}
        )
    return rows


def hash_of(*parts: Any) -> int:
    return sum(ord(letter) * (index + 1) for index, letter in enumerate(str(parts)))


def comparison(task: str, kind: str) -> Comparison:
    rng = np.random.default_rng(3)
    words = {
        "discrete": ["forward", "left", "right", "pickup"],
        "text": ["click 2", "type 5 anna@example.org", "select 7 Economy", "back"],
    }

    def draw() -> str:
        if kind == "continuous":
            return json.dumps([float(value) for value in rng.normal(size=2).round(3)])
        return str(words[kind][rng.choice(4, p=(0.55, 0.25, 0.15, 0.05))])

    rows = []
    for step in range(800):
        expert = draw()
        row = {"seed": step // 20, "step": step % 20, "expert": expert, "observation": ""}
        row["B"] = expert if rng.random() < 0.9 else draw()
        row["A"] = expert if rng.random() < 0.96 else draw()
        if row["A"] != row["B"]:
            row["observation"] = (
                "instruction: forward the latest message from Anna to Piet\nscreen: Mail > Inbox\n[1] button"
            )
        rows.append(row)
    return Comparison(task, kind, ("B", "A"), rows, (0.1, 0.1) if kind == "continuous" else ())


def metrics(path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = []
    for step in range(5, 3000, 5):
        fade = math.exp(-step / 500)
        entry = {"step": step, "time": step / 20, "train/loss": 2.2 * fade + 0.1 + 0.1 * abs(rng.normal())}
        entry |= {"train/loss_imitation": 1.7 * fade + 0.05 + 0.04 * abs(rng.normal())}
        entry |= {"train/loss_guidance": 0.3 * fade + 0.01 + 0.004 * abs(rng.normal())}
        entry |= {"train/loss_adversarial": 0.05 * fade + 0.002 + 0.001 * abs(rng.normal())}
        entry |= {"train/accuracy": 1 - 0.7 * fade - 0.02 * abs(rng.normal()), "time/step_s": 0.05}
        if step % 250 == 0:
            entry |= {f"evaluate/{task}/success_rate": 1 - fade - 0.01 * index for index, task in enumerate(TASKS)}
        if step % 1000 == 0:
            entry |= {"relabel/text/mail/agreement": 1 - fade}
        lines.append(json.dumps(entry))
    path.write_text("\n".join(lines) + '\n{"step": 3000, "tra')


def pictures() -> Any:
    frames = np.full((50, 120, 200, 3), 235, np.uint8)
    for index, frame in enumerate(frames):
        frame[50:70, 3 * index : 3 * index + 30] = (43, 98, 201)
    return frames


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "first run"
    folder = run / "evaluation"
    (folder / "media").mkdir(parents=True)
    TrainConfig(tasks=TASKS, steps=3000).save(run / "config.toml")
    metrics(run / "metrics.jsonl")
    for task, kind in zip(TASKS, ("continuous", "text", "discrete")):
        rows = [row for policy, rate in RATES.items() for row in episodes(task, policy, rate)]
        for attack, epsilon in ATTACKS:
            fall = 5 if attack == "pgd" else 1
            rows += episodes(task, "A", 0.985 - fall * epsilon, attack, epsilon)
            rows += episodes(task, "B", 0.93 - 1.6 * fall * epsilon, attack, epsilon)
        if task == "text/mail":
            rows += episodes("text/mail@held_out_phrasing", "A", 0.81)
            rows += episodes("text/mail@held_out_layout", "A", 0.66)
        write_rows(rows, folder / f"{file_name(task)}.parquet")
        comparison(task, kind).save(folder / f"comparison-{file_name(task)}.json")
    (folder / "media" / "drive-lane-keeping-success-536870912.gif").write_bytes(gif(pictures()))
    (folder / "media" / "text-mail-failure-536870913.txt").write_text("Mail > Inbox\n[1] button <Compose>\n> click 2\n")
    (folder / "media" / "text-mail-success-536870914.txt").write_text("Mail > Inbox\n[1] button <Compose>\n> click 1\n")
    return run


class Outline(HTMLParser):
    """Checks that tags nest, and collects text and links."""

    void = ("meta", "img", "br", "line", "polyline", "polygon", "circle")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in self.void:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(str(value))
            if name == "id":
                self.ids.append(str(value))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(path: Path) -> Outline:
    outline = Outline()
    outline.feed(path.read_text())
    assert outline.open == []
    return outline


def test_page_is_whole_and_self_contained(run: Path) -> None:
    path = write_report(run)
    assert path == run / "report.html"
    outline = read(path)
    assert all(link.startswith(("#", "data:image/gif;base64,")) for link in outline.links)
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert "url(" not in path.read_text()
    text = " ".join(outline.text)
    headings = ("held out phrasing", "Success against epsilon", "Parts of the loss", "Agreement with the expert on the")
    for words in (*TASKS, *headings, "[1] button <Compose>"):
        assert words in text
    assert not re.search(r"\bnan\b", text)


def test_every_number_follows_from_the_rows(run: Path) -> None:
    write_report(run)
    data = json.loads((run / "report.json").read_text())
    text = (run / "report.html").read_text()
    assert list(data["tasks"]) == sorted(TASKS)
    for task in TASKS:
        groups = group_rows(read_rows(run / "evaluation" / f"{file_name(task)}.parquet"))
        reported = data["tasks"][task]["evaluations"]
        pairs = [entry.pop("clean") for entry in reported if "clean" in entry]
        assert len(pairs) == 2 * len(ATTACKS)
        assert all(pair["perturbation"] == "clean" and pair["episodes"] == 200 for pair in pairs)
        assert len(groups) == len(reported) == len(RATES) + 2 * len(ATTACKS) + (2 if task == "text/mail" else 0)
        for group in groups:
            assert json.loads(json.dumps(group.figures())) in reported
            assert percent(group.success_rate) in text
            assert number(group.return_mean) in text
        again = Comparison.load(run / "evaluation" / f"comparison-{file_name(task)}.json").figures()
        assert data["tasks"][task]["comparison"] == json.loads(json.dumps(again))
    order = [entry["policy"] for entry in data["tasks"]["text/mail"]["evaluations"][:4]]
    assert order == ["expert", "random", "B", "A"]
    assert data["learning"]["train/loss"]["points"] == 599
    assert [entry["outcome"] for entry in data["tasks"]["text/mail"]["media"]] == ["success", "failure"]


def test_report_repeats_byte_for_byte(run: Path) -> None:
    first = write_report(run).read_bytes()
    assert write_report(run).read_bytes() == first
    assert sorted(path.name for path in run.iterdir()) == [
        "config.toml",
        "evaluation",
        "metrics.jsonl",
        "report.html",
        "report.json",
    ]


def test_parts_that_are_missing_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no run folder"):
        write_report(tmp_path / "absent")
    with pytest.raises(BadConfig, match="neither metrics nor evaluations"):
        write_report(tmp_path)
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "train/loss": 0.5}\n{"step": 2, "train/loss": NaN}\n')
    text = " ".join(read(write_report(tmp_path)).text)
    assert "Training" in text
    assert "Settings" not in text
    assert json.loads((tmp_path / "report.json").read_text())["learning"]["train/loss"]["last"] is None
    write_rows(episodes("own/task", "A", 0.5), tmp_path / "elsewhere" / "own-task.parquet")
    write_rows(episodes("own/task", "A", 0.5), tmp_path / "elsewhere" / "twice.parquet")
    assert "own/task" in " ".join(read(write_report(tmp_path, tmp_path / "elsewhere")).text)
    (twice,) = json.loads((tmp_path / "report.json").read_text())["tasks"]["own/task"]["evaluations"]
    assert twice["episodes"] == 200


def test_broken_files_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step"\n{"step": 1, "train/loss": 1}\n')
    with pytest.raises(BadConfig, match="Line 1 of"):
        write_report(tmp_path)
    assert read_metrics(tmp_path / "absent.jsonl") == {}
    (tmp_path / "metrics.jsonl").unlink()
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "comparison-a.json").write_text("{")
    with pytest.raises(BadConfig, match="is not JSON"):
        write_report(tmp_path)


def test_evaluation_of_one_file_and_media_names(run: Path) -> None:
    rows = read_rows(run / "evaluation" / "text-mail.parquet")
    assert Evaluation(rows[:200]).policy == "expert"
    assert find_media(run / "evaluation" / "media", "text") == []
    assert find_media(run / "absent", "text") == []
    assert not re.search(r"\d{4}-\d\d-\d\d", (run / "report.html").read_text())
