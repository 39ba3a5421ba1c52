"""Rows of the table of actions: going through the epochs of a training."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.features.time.view.bar import FILMS
from aegui.shell.action_spec import ActionSpec

TIME_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "play_epochs",
        mark("&Play the training"),
        mark("Play the training as a film, or stop the film"),
        "time",
        "play_epochs",
        shortcuts=("Ctrl+P",),
        icon="train",
        needs=("has_timeline",),
    ),
    ActionSpec(
        "epoch_before",
        mark("&Earlier"),
        mark("Show the epoch before the one that is shown"),
        "time",
        "epoch_before",
        shortcuts=("[", "Alt+Left"),
        needs=("has_timeline",),
        opens_section=True,
    ),
    ActionSpec(
        "epoch_after",
        mark("&Later"),
        mark("Show the epoch after the one that is shown"),
        "time",
        "epoch_after",
        shortcuts=("]", "Alt+Right"),
        needs=("in_past",),
    ),
    ActionSpec(
        "epoch_newest",
        mark("&Newest"),
        mark("Back to the newest state"),
        "time",
        "epoch_newest",
        shortcuts=("Alt+End",),
        icon="time-newest",
        needs=("in_past",),
    ),
    ActionSpec(
        "choose_run",
        mark("Run that is &shown…"),
        mark("Show another run of the training: its map, charts and figures"),
        "time",
        "choose_run",
        needs=("has_runs",),
        opens_section=True,
    ),
    ActionSpec(
        "best_weights",
        mark("&Best weights"),
        mark("Show the best weights of a finished training"),
        "time",
        "best_weights",
        needs=("can_choose_weights",),
    ),
    ActionSpec(
        "last_weights",
        mark("L&ast weights"),
        mark("Show the weights of the last epoch of a finished training"),
        "time",
        "last_weights",
        needs=("can_choose_weights",),
    ),
    ActionSpec(
        "fork",
        mark("&Go on from this epoch…"),
        mark("Train on from the epoch that is shown, with one setting changed"),
        "time",
        "fork",
        icon="time-fork",
        needs=("can_fork",),
        opens_section=True,
    ),
    *(
        ActionSpec(
            f"film_{key}",
            text,
            mark("Save what this part of the window shows over the whole training"),
            "time",
            "film",
            argument=key,
            icon="time-film" if key == "map" else "",
            needs=("has_timeline",),
            opens_section=key == "map",
        )
        for key, text in FILMS.items()
    ),
)
