"""What native code prints during a load is kept, and still arrives where it was sent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.runtime.native_log import NativeLog


def test_what_is_printed_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    with NativeLog() as log:
        os.write(2, "Grüße from below\n".encode())
    os.write(2, b"afterwards\n")
    assert log.text == "Grüße from below\n"
    assert capfd.readouterr().err == "Grüße from below\nafterwards\n"


def test_it_is_kept_when_the_block_fails(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), NativeLog() as log:
        os.write(2, b"last words\n")
        raise ZeroDivisionError
    assert log.text == "last words\n"
    assert capfd.readouterr().err == "last words\n"


def test_a_line_can_be_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    with NativeLog() as log:
        printer = subprocess.Popen(["sh", "-c", "echo exiting due to a test >&2"])
        log.wait_for("exiting due to", 10.0)
        assert "exiting due to a test" in log.text
        printer.wait()
    assert capfd.readouterr().err


def test_a_line_that_never_comes_is_given_up() -> None:
    with NativeLog() as log:
        log.wait_for("never", 0.02)
    assert log.text == ""


#: Reads what there is, computes for a while as a loaded machine would let it, then passes it on.
_SLOW_TEE = f"""#!{sys.executable} -IS
import os, sys, time
kept = os.open(sys.argv[-1], os.O_WRONLY | os.O_APPEND)
while data := os.read(0, 65536):
    end = time.monotonic() + 0.05
    while time.monotonic() < end:
        pass
    os.write(1, data)
    os.write(kept, data)
"""


def test_what_a_busy_machine_delays_is_waited_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tee = tmp_path / "tee"
    tee.write_text(_SLOW_TEE)
    tee.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with NativeLog() as log:
        os.write(2, b"why it failed\n")
        assert log.settle() == "why it failed\n"
        os.write(2, b"too late to count\n")
        log.forget()
        assert log.settle() == ""
    assert capfd.readouterr().err == "why it failed\ntoo late to count\n"


def test_it_works_without_tee(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with NativeLog() as log:
        os.write(2, b"quiet\n")
    monkeypatch.undo()
    assert log.text == "quiet\n"
    assert capfd.readouterr().err == "quiet\n"


def test_the_last_words_of_an_abort_get_through() -> None:
    program = (
        "import os\n"
        "from app.runtime.native_log import NativeLog\n"
        "with NativeLog():\n"
        "    os.write(2, b'GGML_ASSERT failed')\n"
        "    os.abort()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler=0", "-c", program],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == -signal.SIGABRT
    assert b"GGML_ASSERT failed" in ended.stderr


def test_no_descriptor_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with NativeLog():
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before
