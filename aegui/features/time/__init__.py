"""The time bar: kept epochs, films, forks and the displayed run."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.shell.action_spec import ActionSpec
from aegui.shell.feature import FeatureSpec

FILMS = {
    "map": mark("Film of the &map…"),
    "cursor": mark("Film of the &cursor…"),
    "reconstructions": mark("Film of the &reconstructions…"),
}
"""The parts of the window that can be filmed."""

TIME_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "play_epochs",
        mark("&Play the training"),
        mark("Play the training as a film, or stop the film"),
        "time",
        100,
        "toggle_playing",
        shortcuts=("Ctrl+P",),
        icon="train",
        needs=("has_timeline",),
    ),
    ActionSpec(
        "epoch_before",
        mark("&Earlier"),
        mark("Show the previous epoch"),
        "time",
        200,
        "go_back",
        shortcuts=("[", "Alt+Left"),
        needs=("has_timeline",),
    ),
    ActionSpec(
        "epoch_after",
        mark("&Later"),
        mark("Show the next epoch"),
        "time",
        210,
        "go_forward",
        shortcuts=("]", "Alt+Right"),
        needs=("in_past",),
    ),
    ActionSpec(
        "epoch_newest",
        mark("&Newest"),
        mark("Back to the newest state"),
        "time",
        220,
        "go_to_newest",
        shortcuts=("Alt+End",),
        icon="time-newest",
        needs=("in_past",),
    ),
    ActionSpec(
        "fork",
        mark("&Go on from this epoch…"),
        mark("Continue from the shown epoch, with one setting changed"),
        "time",
        400,
        "fork",
        icon="time-fork",
        needs=("can_fork",),
    ),
)
FILM_ACTIONS: tuple[ActionSpec, ...] = tuple(
    ActionSpec(
        f"film_{key}",
        text,
        mark("Save a film of this part of the window over the whole training"),
        "time",
        500 + 10 * place,
        "film",
        argument=key,
        icon="time-film" if key == "map" else "",
        needs=("has_timeline",),
    )
    for place, (key, text) in enumerate(FILMS.items())
)
SHOWN_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "choose_run",
        mark("Run that is &shown…"),
        mark("Show another run of the training: its map, charts and figures"),
        "time",
        300,
        "choose_any_run",
        needs=("has_runs",),
    ),
    ActionSpec(
        "best_weights",
        mark("&Best weights"),
        mark("Show the best weights of a finished training"),
        "time",
        310,
        "choose_best",
        needs=("can_choose_weights",),
    ),
    ActionSpec(
        "last_weights",
        mark("L&ast weights"),
        mark("Show the weights of the last epoch of a finished training"),
        "time",
        320,
        "choose_last",
        needs=("can_choose_weights",),
    ),
)
FEATURES = (
    FeatureSpec(
        "aegui.features.time.feature:TimeFeature",
        actions=TIME_ACTIONS,
        conditions={
            "has_timeline": mark("No epochs of a training are kept."),
            "in_past": mark("The newest state is shown already."),
            "can_fork": mark(
                "While no training runs, choose an earlier epoch of a training of these samples."
            ),
        },
        requests={"epoch": "go_to"},
        at_start=True,
    ),
    FeatureSpec("aegui.features.time.films:FilmFeature", actions=FILM_ACTIONS),
    FeatureSpec(
        "aegui.features.time.shown:ShownFeature",
        actions=SHOWN_ACTIONS,
        conditions={
            "has_runs": mark("There is only one run, or none yet."),
            "can_choose_weights": mark(
                "There are no other weights to choose, or they were not kept."
            ),
            "has_history": mark("Nothing has been trained yet."),
        },
        at_start=True,
    ),
)
