"""Every rule finds violations, and accepts similar valid code."""

from __future__ import annotations

import pytest

from tests.style.idioms import (
    MAX_LINES,
    ROOT,
    RULES,
    findings,
    no_class_name_twice,
    no_folder_without_init,
    no_words_out_of_use,
    parse,
    words_out_of_use,
)

BREAKS = {
    "no_vague_file_names": ("aegui/core/utils.py", "x = 1\n"),
    "no_long_files": ("aegui/core/a.py", "x = 1\n" * (MAX_LINES + 1)),
    "no_todo_without_owner": ("aegui/core/a.py", "x = 1  # " + "TODO make it 2\n"),
    "no_print": ("aegui/core/a.py", "def f():\n    print(1)\n"),
    "no_assembled_messages": ("aegui/core/a.py", "def f(x):\n    return tr(f'{x} pixels')\n"),
    "no_translation_while_importing": ("aegui/core/a.py", "TABLE = {'a': tr('A')}\n"),
    "no_objects_of_qt_while_importing": (
        "aegui/widgets/a.py",
        "from PySide6.QtWidgets import QLabel\nLABEL = QLabel()\n",
    ),
    "no_swallowed_errors": (
        "aegui/core/a.py",
        "def f():\n    try:\n        g()\n    except Exception:\n        pass\n",
    ),
    "no_camel_case_but_of_qt": (
        "aegui/core/a.py",
        "class Thing:\n    def doIt(self):\n        return 1\n",
    ),
    "no_camel_case_signals": (
        "aegui/session/a.py",
        "class A(QObject):\n    runFinished = Signal(int)\n",
    ),
    "no_dict_signals": ("aegui/session/a.py", "class A(QObject):\n    done = Signal(dict)\n"),
    "no_torch_seed_of_all": ("aegui/core/a.py", "def f():\n    torch.manual_seed(1)\n"),
    "no_widgets_in_the_session": ("aegui/session/a.py", "from PySide6.QtWidgets import QWidget\n"),
    "no_code_from_what_is_read": ("aegui/core/a.py", "def f(x):\n    return eval(x)\n"),
    "no_json_read_elsewhere": ("aegui/core/a.py", "def f(x):\n    return json.loads(x)\n"),
}

OBEYS = '''
"""A module that does everything right, some of it nearly wrong."""
from PySide6.QtCore import QObject, QSize, Signal
SIZE = QSize(1, 2)
TABLE = {"a": mark("A")}
MAKE = {"a": lambda: tr("A")}
class A(QWidget):
    run_finished = Signal(object)
    def paintEvent(self, event):
        try:
            self.x = tr("{n} pixels", n=1)
        except Exception:
            log.exception("no")
            raise
    def f(self, table):
        # TODO(ana): draw it
        images = np.load(self.path, allow_pickle=False)
        return tr(table["a"]), trn("{n} pixel", "{n} pixels", 2)
'''


def test_every_rule_is_tried() -> None:
    assert {rule.__name__ for rule in RULES} == set(BREAKS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_breach_is_found(rule: object) -> None:
    name, text = BREAKS[rule.__name__]  # type: ignore[attr-defined]
    assert len(list(rule(parse(name, text)))) == 1  # type: ignore[operator]
    assert len(findings(parse(name, text))) == 1


def test_what_obeys_is_left_alone() -> None:
    assert findings(parse("aegui/widgets/a.py", OBEYS)) == []


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    tr('a ' + x)\n",
        "def f(x):\n    tr('{}'.format(x))\n",
        "def f(x):\n    trn('{n} a', f'{x}', 2)\n",
        "NAME = 'x'\nA = mark(NAME)\n",
    ],
)
def test_messages_assembled_in_other_ways(text: str) -> None:
    assert len(findings(parse("aegui/core/a.py", text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import pickle\n",
        "from marshal import loads\n",
        "def f(x):\n    return np.load(x)\n",
        "def f(x):\n    return np.load(x, allow_pickle=True)\n",
        "def f(x):\n    return torch.load(x)\n",
        "def f(x):\n    return yaml.load(x, Loader=yaml.Loader)\n",
        "def f(x):\n    exec(compile(x, 'x', 'exec'))\n",
        "def f(x):\n    return builtins.eval(x)\n",
        "from torch import load\n",
        "def f(x):\n    return torch.jit.load(x)\n",
        "def f(x):\n    return np.lib.format.read_array(x)\n",
    ],
)
def test_what_runs_what_it_reads_is_found_in_all_its_forms(text: str) -> None:
    assert findings(parse("aegui/core/a.py", text))


def test_places_are_told() -> None:
    (finding,) = findings(parse("aegui/core/a.py", "\n\nprint(1)\n"))
    assert finding.startswith("aegui/core/a.py:3: print")


def test_two_classes_of_one_name_are_found() -> None:
    first, second = (
        "class Frame:\n    pass\n",
        "\nclass Frame:\n    pass\n\n\nclass _Own:\n    pass\n",
    )
    program = [parse("aegui/core/a.py", first), parse("aegui/widgets/b.py", second)]
    assert list(no_class_name_twice(program)) == [
        "aegui/widgets/b.py:2: aegui/core/a.py has a class Frame already"
    ]
    own = parse("aegui/widgets/c.py", "class _Own:\n    pass\n")
    assert len(list(no_class_name_twice([program[1], own]))) == 1, "also those of one file alone"
    assert list(no_class_name_twice([program[1], parse("tests/a.py", first)])) == []


def test_a_room_without_its_init_is_found() -> None:
    names = ("aegui/__init__.py", "aegui/a/__init__.py", "aegui/a/view/panel.py", "main.py")
    sources = [parse(name, "x = 1\n") for name in names]
    (finding,) = no_folder_without_init(sources)
    assert finding.startswith("aegui/a/view/__init__.py:1: ")
    whole = [*sources, parse("aegui/a/view/__init__.py", "")]
    assert list(no_folder_without_init(whole)) == []


def test_words_that_the_table_wants_no_more_are_found() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    words = words_out_of_use(text)
    assert words["astray"] == "diverged"
    assert not any(set(word) <= set("- ") for word in words)
    own = parse(
        "aegui/core/a.py", '"""A run gone Astray."""\nx = "ramps"\ntrampled = astrayed = 1\n'
    )
    assert list(no_words_out_of_use([own], words)) == [
        "aegui/core/a.py:1: “Astray” is called diverged",
        "aegui/core/a.py:2: “ramp” is called colormap",
    ]
    assert list(no_words_out_of_use([parse("tests/a.py", "astray = 1\n")], words)) == []
