"""`cairn ask`, as it is typed, piped and stopped in a shell."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from app.answer_writer import AnswerWriter
from app.catalog.fingerprint import fingerprint
from app.catalog.records import Record, RecordsFile
from app.catalog.starter import starter_path
from app.paths import Paths
from app.presenters.ask_plan import AskPlanner, Wishes, wished_value
from app.settings.file import SettingsFile
from app.settings.layers import Overrides, encode_overrides
from app.settings.schema import Settings
from tests.program import is_alive
from tests.rkllm_double import library, write_model
from tests.scripted_runtime import Script

ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "plugin"), str(ROOT)]),
    # There is no display, and none is asked for.
    "QT_QPA_PLATFORM": "",
}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-P", "-m", "app", "ask", *map(str, arguments)]


def ask(
    *arguments: object, given: str | None = None, status: int = 0
) -> subprocess.CompletedProcess[str]:
    """Ask, check the exit status, and return what was written."""
    done = subprocess.run(
        command(*arguments),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        env=os.environ | _ENVIRONMENT,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def asking(*arguments: object, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[bytes]]:
    """Ask in the background; ends what is left of it."""
    with subprocess.Popen(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | _ENVIRONMENT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def stream_of(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def profile_with(folder: Path, **state: object) -> Path:
    """Make a profile with these remembered values."""
    paths = Paths.under(folder)
    paths.create()
    settings = Settings()
    changed = replace(settings.state, **state)  # type: ignore[arg-type]
    SettingsFile(paths.settings_file).save(replace(settings, state=changed))
    return folder


def test_the_answer_and_nothing_else_is_on_stdout(tmp_path: Path) -> None:
    model = Script(reply="An answer ").write_to(tmp_path / "m.script")
    done = ask("Why?", "--model", model, "--profile", tmp_path / "profile")
    assert done.stdout == "An answer  \n"
    assert done.stderr == ""


def test_a_question_leaves_no_files(tmp_path: Path) -> None:
    model = Script(reply="An answer ").write_to(tmp_path / "m.script")
    ask("Why?", "--model", model, "--profile", tmp_path / "profile")
    assert [path.name for path in tmp_path.rglob("*")] == ["m.script"]


def test_the_starter_answers_where_no_model_was_used_yet(tmp_path: Path) -> None:
    done = ask("What is Cairn?", "--profile", tmp_path)
    assert "Cairn" in done.stdout
    assert "the starter answers" in done.stderr
    assert ask("What is Cairn?", "-q", "--profile", tmp_path).stderr == ""


def test_the_last_model_is_asked(tmp_path: Path) -> None:
    model = Script(reply="It is me").write_to(tmp_path / "m.script")
    profile = profile_with(tmp_path / "profile", last_model=str(model))
    assert ask("Who?", "--profile", profile).stdout.split() == ["It", "is", "me"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"last_model": "/gone/m.script"}, "is not there"),
        ({"last_model": str(starter_path()), "last_load_failed": True}, "not loaded again"),
    ],
)
def test_a_last_model_that_cannot_be_used_is_no_model(
    tmp_path: Path, state: dict[str, object], words: str
) -> None:
    done = ask("Who?", "--profile", profile_with(tmp_path, **state), status=4)
    assert words in done.stderr
    assert "--model" in done.stderr
    assert done.stdout == ""


def test_a_model_file_that_is_not_there_is_no_model(tmp_path: Path) -> None:
    assert "There is no model file" in ask("?", "--model", tmp_path / "x.gguf", status=4).stderr


def test_a_model_that_cannot_be_loaded_fails_with_cause_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"no model at all")
    done = ask("Why?", "--model", tmp_path / "m.gguf", status=1)
    assert "m.gguf" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("end", ["error", "overflow", "bug"])
def test_a_request_that_fails_keeps_what_was_written(tmp_path: Path, end: str) -> None:
    script = Script(reply="one two three", run_end=end, end_after_tokens=2)
    done = ask("Why?", "--model", script.write_to(tmp_path / "m.script"), status=1)
    assert done.stdout == "one two \n"
    assert done.stderr.startswith("cairn: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_library_that_crashes_is_told(tmp_path: Path) -> None:
    script = Script(reply="one two three", run_end="segfault", end_after_tokens=2)
    done = ask("Why?", "--model", script.write_to(tmp_path / "m.script"), status=1)
    assert "crashed (SIGSEGV)" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("--temperature", "9", "?"), ("--max-tokens", "-1", "?"), ("--colour", "?")],
)
def test_wrong_use_is_told(arguments: Sequence[str]) -> None:
    assert "cairn ask: error:" in ask(*arguments, status=2).stderr


def test_the_exit_statuses_are_documented() -> None:
    assert "4  there is no model to ask" in ask("--help").stdout


def test_stdin_is_put_before_the_question(tmp_path: Path) -> None:
    model = write_model(tmp_path / "qwen2.rkllm", reply="@echo")
    profile = profile_with(tmp_path / "profile")
    settings, _ = SettingsFile(Paths.under(profile).settings_file).load()
    engine = replace(settings.engine, npu_library=str(library("1.3.0")))
    SettingsFile(Paths.under(profile).settings_file).save(replace(settings, engine=engine))
    done = ask("Sum it up", "--model", model, "--profile", profile, given="first line\n")
    assert done.stdout == "first line\n\nSum it up\n"
    assert "demo runtime, which is no model" in done.stderr


def test_json_has_the_text_and_the_figures(tmp_path: Path) -> None:
    model = Script(reply="An \x1b]0;evil\x07 answer").write_to(tmp_path / "clever.script")
    done = ask("Why?", "--json", "--model", model)
    answer = json.loads(done.stdout)
    assert answer["text"] == "An \x1b]0;evil\x07 answer"
    assert (answer["model"], answer["finish"], answer["generated_tokens"]) == ("clever", "stop", 3)
    assert answer["decode_tokens_per_second"] > 0
    assert "\x1b" not in done.stdout


def test_what_a_terminal_would_obey_is_left_out(tmp_path: Path) -> None:
    model = Script(reply="\x1b]52;c;ZXZpbA==\x07a\x9b2Jb\r\x7f").write_to(tmp_path / "m.script")
    assert ask("Why?", "--model", model).stdout == "]52;c;ZXZpbA==a2Jb \n"


def test_raw_text_is_exact_where_no_terminal_reads_it(tmp_path: Path) -> None:
    model = Script(reply="\n\x1b[1mbold").write_to(tmp_path / "m.script")
    assert ask("Why?", "--raw", "--model", model).stdout == "\n\x1b[1mbold "


def test_a_terminal_gets_no_control_characters_even_raw(tmp_path: Path) -> None:
    primary, secondary = pty.openpty()
    with os.fdopen(secondary, "w", encoding="utf-8") as terminal:
        writer = AnswerWriter(terminal, raw=True, at_once=True)
        writer.add("\x1b[2J<think>hm</think>yes")
        writer.finish()
        shown = b""
        # A terminal hands over what it has, in pieces.
        while not shown.endswith(b"\n"):
            shown += os.read(primary, 100)
        assert shown == b"[2J<think>hm</think>yes\r\n"
    os.close(primary)


THOUGHTFUL = "<think>\nWell, hm.\n</think>\n\nBecause it is."


@pytest.mark.parametrize("how", [(), ("--no-stream",)])
def test_thoughts_are_left_out(tmp_path: Path, how: Sequence[str]) -> None:
    model = Script(reply=THOUGHTFUL).write_to(tmp_path / "m.script")
    assert ask("Why?", *how, "--model", model).stdout == "Because it is. \n"


def test_thoughts_are_kept_raw(tmp_path: Path) -> None:
    model = Script(reply=THOUGHTFUL).write_to(tmp_path / "m.script")
    assert ask("Why?", "--raw", "--model", model).stdout == THOUGHTFUL + " "
    assert json.loads(ask("?", "--json", "--model", model).stdout)["text"] == "Because it is."


def test_the_length_can_be_limited(tmp_path: Path) -> None:
    model = Script(reply="one two three four").write_to(tmp_path / "m.script")
    done = ask("Why?", "--max-tokens", "2", "--model", model)
    assert done.stdout == "one two \n"
    assert "cut" in done.stderr


def test_the_answer_comes_as_it_is_written(tmp_path: Path) -> None:
    script = Script(reply="word", repeat=10_000, tokens_per_second=50)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        assert stream_of(process.stdout).read(5) == b"word "
        assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_answer_and_leaves_no_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    script = Script(reply="word", repeat=10_000, tokens_per_second=50)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        written = stream_of(process.stdout).read(5)
        engines = children_of(process)
        process.send_signal(number)
        written += stream_of(process.stdout).read()
        assert process.wait() == 3
        assert stream_of(process.stderr).read() == b""
    assert written.startswith(b"word ")
    assert engines
    assert not any(is_alive(engine) for engine in engines)


def test_a_load_can_be_stopped(tmp_path: Path) -> None:
    script = Script(load_s=60.0)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        while not (engines := children_of(process)):
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 3
    assert not any(is_alive(engine) for engine in engines)


def test_a_second_signal_ends_one_that_does_not_listen(tmp_path: Path) -> None:
    script = Script(reply="word", repeat=10_000, tokens_per_second=50, deaf=True)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        stream_of(process.stdout).read(5)
        engines = children_of(process)
        process.send_signal(signal.SIGINT)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            os.sched_yield()
        assert process.returncode == 3
    while any(is_alive(engine) for engine in engines):
        os.sched_yield()


def test_a_signal_ends_it_also_when_nobody_takes_what_it_writes(tmp_path: Path) -> None:
    script = Script(reply="word" * 1000, repeat=10_000)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        pipe = stream_of(process.stdout).fileno()
        size = fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
        # The next piece does not fit when more than half is full: a pipe takes such a one whole.
        while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0] <= size // 2:
            os.sched_yield()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 3
        assert stream_of(process.stderr).read() == b""


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    script = Script(reply="word", repeat=10_000, tokens_per_second=200)
    with asking("Why?", "--model", script.write_to(tmp_path / "m.script")) as process:
        stream_of(process.stdout).read(5)
        stream_of(process.stdout).close()
        assert process.wait() == 3
        assert stream_of(process.stderr).read() == b""


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    model = Script().write_to(tmp_path / "m.script")
    with (
        Path("/dev/full").open("wb") as full,
        asking("Why?", "--model", model, stdout=full.fileno()) as process,
    ):
        words = stream_of(process.stderr).read()
        assert process.wait() == 1
    assert b"The answer cannot be written: No space left on device." in words
    assert len(words.splitlines()) == 1


def test_the_settings_of_the_model_apply_and_the_command_line_has_the_last_word(
    tmp_path: Path,
) -> None:
    model = Script().write_to(tmp_path / "m.script")
    paths = Paths.under(profile_with(tmp_path / "profile", preset="Precise"))
    mine = {("sampling", "top_k"): 7, ("sampling", "max_new_tokens"): 99}
    records = RecordsFile(paths.library_file)
    records.set(fingerprint(model), Record(overrides=encode_overrides(Overrides(mine))))
    records.save()
    before = {path: path.read_bytes() for path in paths.data.parent.rglob("*") if path.is_file()}
    values = dict([wished_value("temperature", 0.0), wished_value("system_prompt", "Be brief.")])
    wishes = Wishes(model, overrides=Overrides(values))
    planner = AskPlanner(paths)
    plan = planner.plan(planner.model(wishes), "Why?", wishes)
    assert plan.run.max_new_tokens == 99
    # The preset in use stands above the model.
    assert plan.run.sampling.top_k == 20
    assert plan.run.sampling.temperature == 0.0
    assert plan.load.sampling == plan.run.sampling
    assert [turn.text for turn in plan.run.turns] == ["Be brief.", "Why?"]
    assert planner.notes == ()
    after = {path: path.read_bytes() for path in paths.data.parent.rglob("*") if path.is_file()}
    assert after == before


def test_damaged_files_are_told_and_left_where_they_are(tmp_path: Path) -> None:
    model = Script(reply="An answer").write_to(tmp_path / "m.script")
    paths = Paths.under(tmp_path / "profile")
    paths.create()
    paths.settings_file.write_bytes(b"\x00\xff not toml [")
    paths.library_file.write_bytes(b"{")
    done = ask("Why?", "--model", model, "--profile", tmp_path / "profile")
    assert "settings.toml" in done.stderr
    assert "library.json" in done.stderr
    assert paths.settings_file.read_bytes() == b"\x00\xff not toml ["
    assert paths.library_file.read_bytes() == b"{"


def test_an_adapter_changes_the_answer(tmp_path: Path) -> None:
    pirate = starter_path().with_name("pirate.gguf")
    question = ("What is Cairn?", "--temperature", "0", "-q", "--profile", tmp_path)
    assert ask(*question).stdout != ask(*question, "--adapter", pirate).stdout


def test_a_damaged_library_is_told_once_though_an_adapter_is_looked_up_too(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "profile")
    paths.create()
    paths.library_file.write_bytes(b"{")
    pirate = starter_path().with_name("pirate.gguf")
    done = ask("Hi", "--adapter", pirate, "--max-tokens", "1", "--profile", tmp_path / "profile")
    assert done.stderr.count("library.json") == 1


def test_an_adapter_that_is_not_there_is_told(tmp_path: Path) -> None:
    model = Script().write_to(tmp_path / "m.script")
    done = ask("Why?", "--model", model, "--adapter", tmp_path / "x.gguf", status=1)
    assert "There is no adapter file" in done.stderr
