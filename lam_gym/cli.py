"""The command line: arguments in, exit code out.

    lam-gym                     the overview of the commands
    lam-gym COMMAND --help      every option of one command
    lam-gym COMMAND ...         runs it

Exit codes: 0 done; 2 bad input, answered with one sentence on stderr; 130 stopped with Ctrl-C. Only the module of the
chosen command is imported, so that the overview needs neither tyro nor numpy.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lam_gym.errors import LamGymError, nearest


@dataclass(frozen=True)
class Command:
    """One command: where it is, how it is called and what it does."""

    target: str
    """Module and dataclass, `package.module:Class`."""
    arguments: str
    """The arguments that a first call needs."""
    summary: str
    """One sentence for the overview."""
    kept: str = "Nothing was left behind."
    """What stays on disk when the command is interrupted."""


COMMANDS: Mapping[str, Command] = {
    "quickstart": Command(
        "lam_gym.commands.quickstart:Quickstart",
        "",
        "the whole workflow on two tasks in under five minutes",
        "The demonstrations and checkpoints finished so far are kept; run it again to start over.",
    ),
    "tasks": Command("lam_gym.commands.tasks:Tasks", "[--show TASK]", "the tasks, their experts and reference returns"),
    "record": Command(
        "lam_gym.commands.record:Record",
        "TASK --episodes N --seed S --out DIR",
        "record an expert's episodes",
        "Every finished shard is kept; the same command with --resume goes on from there.",
    ),
    "play": Command(
        "lam_gym.commands.play:Play",
        "TASK --episodes N --seed S --out DIR",
        "be the expert yourself, by typing or by driving",
        "Every finished episode is kept; the same command with --resume goes on from there.",
    ),
    "expert": Command("lam_gym.commands.expert:Expert", "TASK --out FILE.zip", "train an SB3 agent to be the expert"),
    "data show": Command("lam_gym.commands.data:Show", "DIR", "what a folder of demonstrations holds"),
    "data check": Command("lam_gym.commands.data:Check", "DIR", "verify every shard and every episode"),
    "data clean": Command("lam_gym.commands.data:Clean", "--out OUT DIR", "drop bad episodes and say which and why"),
    "data split": Command("lam_gym.commands.data:Split", "DIR", "assign episodes to train, validation and test"),
    "data merge": Command("lam_gym.commands.data:Merge", "--out OUT DIR DIR", "join folders of one task"),
    "data convert": Command("lam_gym.commands.data:Convert", "--to-minari ID DIR", "to and from Minari data sets"),
    "train": Command(
        "lam_gym.commands.train:Train",
        "--tasks T1 T2 --demos DIR DIR --out RUN",
        "train the behavior models B and the large action policy A",
        "The last checkpoint is kept; the same command with --resume goes on from there, bit for bit.",
    ),
    "evaluate": Command(
        "lam_gym.commands.evaluate:Evaluate",
        "RUN --tasks T1 T2 --episodes N --seed S --out DIR",
        "success and return with intervals, on held-out seeds",
        "The tables of finished evaluations are kept.",
    ),
    "render": Command(
        "lam_gym.commands.render:Render",
        "TASK --policy expert --seed S --out FILE.gif",
        "watch one episode of an expert, a run or chance",
    ),
    "report": Command("lam_gym.commands.report:Report", "RUN", "write RUN/report.html and RUN/report.json"),
}
"""Command -> where it lives; two words where a group has several commands."""

STAGES: Mapping[str, tuple[str, ...]] = {
    "Start here": ("quickstart", "tasks"),
    "Steps 1 and 2: demonstrations": (
        "record",
        "play",
        "expert",
        "data show",
        "data check",
        "data clean",
        "data split",
        "data merge",
        "data convert",
    ),
    "Steps 2 to 5: learning": ("train",),
    "Step 6: evaluation": ("evaluate", "render", "report"),
}
"""The order in which the overview teaches the commands."""

FIRST_SESSION = """\
A first session:
  lam-gym record drive/lane-keeping --episodes 200 --seed 0 --out demos-drive
  lam-gym record text/mail --episodes 1000 --seed 0 --out demos-mail
  lam-gym train --tasks drive/lane-keeping text/mail --demos demos-drive demos-mail --out run
  lam-gym evaluate run --tasks drive/lane-keeping text/mail --episodes 200 --seed 0 --out run/evaluation
  lam-gym report run
"""


def overview() -> str:
    """The text of `lam-gym --help`."""
    lines = ["lam-gym: record an expert, clean the data, clone it, train one policy over all tasks, measure it.", ""]
    lines += ["usage: lam-gym COMMAND [OPTIONS]        (lam-gym COMMAND --help explains every option)"]
    for title, names in STAGES.items():
        lines += ["", f"{title}:"]
        for name in names:
            lines.append(f"  {name + ' ' + COMMANDS[name].arguments:<58} {COMMANDS[name].summary}")
    return "\n".join([*lines, "", FIRST_SESSION])


def select(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command that the arguments name, in one word or two, and what is left for its own options."""
    for words in (2, 1):
        name = " ".join(arguments[:words])
        if name in COMMANDS:
            return name, list(arguments[words:])
    group = [name for name in COMMANDS if name.split()[0] == arguments[0]]
    given = " ".join(arguments[: 2 if group else 1])
    hint = nearest(given, group or {name.split()[0] for name in COMMANDS})
    raise LamGymError(f"expected a command, got '{given}'; {hint}")


def group_overview(group: str) -> str:
    """The text of `lam-gym data --help`."""
    lines = [f"usage: lam-gym {group} COMMAND [OPTIONS]", ""]
    rows = [(name, command) for name, command in COMMANDS.items() if name.startswith(f"{group} ")]
    return "\n".join(lines + [f"  {name + ' ' + row.arguments:<48} {row.summary}" for name, row in rows]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview(), end="")
        return 0
    if arguments[0] == "data" and (len(arguments) == 1 or arguments[1] in ("-h", "--help")):
        print(group_overview("data"), end="")
        return 0
    name = arguments[0]
    try:
        name, rest = select(arguments)
        module, _, entry = COMMANDS[name].target.partition(":")
        parse = importlib.import_module("lam_gym.commands.arguments").parse
        parse(getattr(importlib.import_module(module), entry), rest, f"lam-gym {name}").run()
    except KeyboardInterrupt:
        print(f"\nlam-gym {name}: stopped. {COMMANDS[name].kept}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except LamGymError as error:
        print(f"lam-gym {name}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f" at '{error.filename}'" if error.filename else ""
        print(f"lam-gym {name}: {error.strerror or error}{where}; choose another path.", file=sys.stderr)
        return 2
    return 0
