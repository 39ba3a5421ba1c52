"""The file that a training is saved to, where another program writes it meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from aegui.commands.checkpoints import Checkpoints
from aegui.commands.out_file import OutFile
from aegui.commands.progress import TerminalLine
from aegui.core.data.load import load_data
from aegui.core.errors import TrainingError
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.training.loop.train import train

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name != "posix", reason="The longest name is of 255 bytes")
def test_no_file_is_named_that_could_not_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name beside it, with a number, is too long."""
    recipe = Recipe(training=TrainingSpec(epochs=3))
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    assert resolved is not None
    *_, last = train(resolved)
    out = tmp_path / f"{'o' * 249}.aegui"
    file = OutFile(str(out))
    checkpoints = Checkpoints(file, 0.0, resolved)

    def failure() -> str:
        with (
            pytest.raises(TrainingError) as caught,
            checkpoints.message_on_failure(TerminalLine()),
        ):
            raise TrainingError("diverged.")
        return str(caught.value)

    assert failure() == "diverged."
    checkpoints.write(last.result())
    assert failure() == (
        f"diverged. The weights of epoch 3 are in {out}; --resume continues from there."
    )
    out.rename(tmp_path / "moved")
    assert failure() == "diverged."
    (tmp_path / "moved").rename(out)
    assert "--resume continues from there" in failure()
    out.write_bytes(b"theirs")
    checkpoints.write(last.result())
    assert failure() == "diverged."
    assert file.path == str(out)
    assert [entry.name for entry in tmp_path.iterdir()] == [out.name]
    assert out.read_bytes() == b"theirs"
    said = capsys.readouterr().err
    assert "No checkpoint was written." in said
    assert "is kept" not in said
