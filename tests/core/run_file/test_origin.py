from __future__ import annotations

from aegui.core.run_file.origin import origin_words


def test_sets_are_called_as_in_the_window() -> None:
    assert origin_words(data="lowercase", samples=32) == "data: Lower case, 32 samples"
    assert origin_words(data="lowercase+digits") == "data: Lower case + Digits 8x8"
    assert origin_words(data="of mine.png") == "data: of mine.png"
