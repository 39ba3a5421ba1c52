"""Write the emoji words that ship with the program: ``python -m installer.emoji_words DIR``.

They are Unicode's: ``DIR`` holds the npm packages ``cldr-annotations-modern`` and
``cldr-annotations-derived-modern``, unpacked (``npm pack NAME`` and ``tar xzf``) into a separate
folder each. Their licence is written beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from installer.emoji import TARGET

WORDS = TARGET / "words.json"
LICENCE = TARGET / "LICENSE-CLDR.txt"
LANGUAGES = ("en", "es")
_VARIATION = "\ufe0f"
"""Selects the image over the plain character; CLDR's lists of words omit it."""


def said_in(folder: Path, language: str) -> tuple[str, dict[str, dict[str, list[str]]]]:
    """Return the version of the data, and the annotations of each emoji from both packages."""
    found: dict[str, dict[str, list[str]]] = {}
    version = ""
    for kind in ("annotationsDerived", "annotations"):
        (path,) = folder.glob(f"**/{kind}/{language}/annotations.json")
        content = json.loads(path.read_text(encoding="utf-8"))[kind]
        version = str(content["identity"]["version"]["_cldrVersion"])
        found |= content["annotations"]
    return version, found


def words(folder: Path) -> dict[str, object]:
    """Return name and keywords of every shipped emoji, by language and code points."""
    index = json.loads((TARGET / "index.json").read_text(encoding="utf-8"))
    version, by_language = "", {}
    for language in LANGUAGES:
        version, known = said_in(folder, language)
        plain = {text.replace(_VARIATION, ""): said for text, said in known.items()}
        by_language[language] = {
            emoji["codepoints"]: list(dict.fromkeys([said["tts"][0], *said.get("default", ())]))
            for emoji in index["emojis"]
            if (said := plain.get(_text(emoji["codepoints"]))) and said.get("tts")
        }
    head = {"format": "aegui-emoji-words", "version": 1, "cldr": version, "licence": "Unicode-3.0"}
    return {**head, "words": by_language}


def _text(codepoints: str) -> str:
    return "".join(chr(int(code, 16)) for code in codepoints.split()).replace(_VARIATION, "")


def words_text(content: dict[str, object]) -> str:
    """Return the words as JSON with one emoji per line, for readable diffs."""
    languages = content["words"]
    assert isinstance(languages, dict)
    head = json.dumps({**content, "words": {}}, ensure_ascii=False)[:-2]
    parts = []
    for language, emojis in languages.items():
        lines = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(said, ensure_ascii=False)}"
            for key, said in emojis.items()
        )
        parts.append(f"{json.dumps(language)}: {{\n{lines}\n}}")
    return f"{head}{', '.join(parts)}}}}}\n"


def main() -> int:
    """Write words and licence; return 0."""
    parser = argparse.ArgumentParser(description="Write the words for emojis.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    content = words(folder)
    WORDS.write_text(words_text(content), encoding="utf-8")
    licence = next(iter(sorted(folder.glob("**/package/LICENSE"))))
    text = licence.read_text(encoding="utf-8")
    LICENCE.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8")
    print(f"CLDR {content['cldr']}, {WORDS.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
