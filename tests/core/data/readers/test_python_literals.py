from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.errors import ReadError
from tests.core.data.readers.given import BITS, LOWER, ROWS, is_lower, one, python_rows, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        f"font3 = [\n{python_rows()}\n]\n",
        f"import numpy as np\n\nfont = np.array([\n{python_rows()}\n], dtype=np.uint8)\n",
        f"FONT: list[list[int]] = (\n{python_rows()}\n)",
        f"[\n{python_rows()}\n]",
        f"# é 'quotes' {{braces}} [\nx = np.asarray([\n{python_rows()}\n]).astype(float)",
    ],
)
def test_python_rows_named_by_comments(folder: Path, text: str) -> None:
    assert is_lower(one(folder, text, "python"))


def test_python_bits(folder: Path) -> None:
    flat = BITS.reshape(32, 35)
    assert is_lower(one(folder, f"x = {flat.tolist()}", "python"), labels=False)
    assert is_lower(one(folder, f"x = {(flat * 2 - 1).tolist()}", "python"), labels=False)
    assert is_lower(one(folder, f"x = {BITS.tolist()}", "python"), labels=False)
    nested = f"import numpy as np\nx = np.array({flat.ravel().tolist()}).reshape((-1, 7, 5))"
    assert is_lower(one(folder, nested, "python"), labels=False)


def test_python_dicts(folder: Path) -> None:
    pairs = list(zip(LOWER.labels, ROWS, BITS.tolist(), strict=True))
    rows = {label: row for label, row, _ in pairs}
    assert is_lower(one(folder, f"letters = {rows!r}", "python"))
    assert is_lower(one(folder, f"letters = { {c: b for c, _, b in pairs}!r}", "python"))
    assert is_lower(one(folder, f"x = { {ord(c): r for c, r, _ in pairs}!r}", "python"))
    lists = f"x = {{'Font1': {ROWS[:3]}, 'Font2': {ROWS[3:8]}}}"
    assert [len(dataset) for dataset in read(folder, lists).datasets] == [3, 5]
    arrays = f"d = dict(a=np.array({BITS[1].tolist()}), b=np.array({BITS[2].tolist()}))"
    dataset = one(folder, arrays, "python")
    assert dataset.labels == ("a", "b")
    assert np.array_equal(dataset.images, LOWER.images[1:3])


def test_python_letters_one_by_one_and_their_list(folder: Path) -> None:
    text = "".join(f"{chr(64 + i)} = {BITS[i].tolist()}\n" for i in (1, 2, 3))
    assert one(folder, text, "python").labels == ("A", "B", "C")
    assert one(folder, text + "letters = [C, A, B]", "python").labels == ("C", "A", "B")


def test_python_strings_of_pixels(folder: Path) -> None:
    drawn = {label: ["".join(".#"[p] for p in row) for row in bits.tolist()]
             for label, bits in zip(LOWER.labels, BITS, strict=True)}  # fmt: skip
    assert is_lower(one(folder, f"x = {drawn!r}", "python"))
    joined = {label: "\n".join(rows) for label, rows in drawn.items()}
    assert is_lower(one(folder, f"x = {joined!r}", "python"))


@pytest.mark.parametrize("array", [BITS.reshape(32, 35), BITS, np.array(ROWS), BITS * 2.0 - 1])
def test_printed_numpy(
    folder: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> None:
    with np.printoptions(threshold=10**6):
        assert is_lower(one(folder, str(array), "python"), labels=False)
        reader = "python"
        assert is_lower(one(folder, repr(array), reader), labels=False)


def test_python_is_never_executed(folder: Path) -> None:
    target = folder / "made"
    text = f"x = [open({str(target)!r}, 'w')]\ny = __import__('os').system('touch {target}')\n"
    with pytest.raises(ReadError):
        read(folder, text)
    assert not target.exists()


def test_lists_of_lists_of_the_same_list_are_bounded(folder: Path) -> None:
    text = "a0 = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]\n"
    text += "".join(f"a{i + 1} = [{', '.join([f'a{i}'] * 10)}]\n" for i in range(12))
    with pytest.raises(ReadError, match="more than 2000000 numbers"):
        read(folder, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [\n[1,2,3,4,5,6,7],\n[1,2,3]]", "line 3: item 2 has 3 values.* 7"),
        ("x = [1, 2\ny = = 3", "not valid Python"),
        ("x = " + "[" * 5000, "Python|deep"),
        ("x = ['hello there']", "hello there"),
        ("x = [[3, 300, 3, 2, -5, 6]]", "from -5 to 300"),
        ("x = [[0.5, 1, 0, 0, 1, 0]]", "6 numbers for each glyph"),
        ("x = [[]]", "empty list"),
    ],
)
def test_python_refusals(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(folder, text)


def test_python_signs_without_end_are_refused(folder: Path) -> None:
    # Python's own parser takes them; each is a level of its tree.
    with pytest.raises(ReadError):
        read(folder, f"font = [\n [{'-' * 1_200}4, 17, 31, 17, 17]\n]\n")


def test_lists_times_numbers_and_sums_of_lists(folder: Path) -> None:
    text = "blank = [0] * 7\nfont = [blank, 7 * [31], [1, 2] + [0] * 4 + [3]] + [[4] * 7] * 2\n"
    dataset = one(folder, text, "python")
    assert dataset.image_shape == (1, 7, 5)
    assert dataset.images.sum(axis=(1, 2, 3)).tolist() == [0, 35, 4, 7, 7]
    for bad in ("[[0] * 7] * 10**9", "[[1] * 1000000] * 1000000", "[[1] * 7] * 2.5", "[[1] * -1]"):
        with pytest.raises(ReadError):
            read(folder, f"x = {bad}\n")


def test_empty_lists_are_not_repeated_without_limit(folder: Path) -> None:
    doubled = "\n".join(f"x{n} = x{n - 1} + x{n - 1}" for n in range(1, 60))
    for bad in ("x = [[]] * 10000000000", "x = [[], []] * 2000000", f"x0 = [[]]\n{doubled}"):
        with pytest.raises(ReadError):
            read(folder, f"{bad}\n")
