"""Connects the drawing to the networks' answers, the limit and the reasons for a pixel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot

from aegui.core.data.corruption import corruption_words
from aegui.core.evaluation.reasons import pixel_reasons
from aegui.core.i18n import tr
from aegui.core.latent.decoder_fit import decoder_problem
from aegui.core.study.findings import other_noise, with_noise
from aegui.features.answer.model.answer_sheet import (
    BEST,
    SHOWN,
    AnsweringModel,
    AnswerSheet,
    SheetAnswer,
    answer_sheet,
    fits,
    is_quick_sheet,
)
from aegui.features.answer.model.answer_study_service import MAX_AVERAGED, AnswerStudies
from aegui.features.answer.view.limit_page import FILE, KNOWN
from aegui.features.answer.view.panel import PAGES, AnswerPanel
from aegui.paths import models_dir
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.map.others import Others
from aegui.session.notice import Notice
from aegui.session.pixels.answers import most_informative_pixel
from aegui.session.shown import SUBJECT
from aegui.shell.dialogs.files import choose_prior_file
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.evaluation.priors import Prior
    from aegui.core.evaluation.reasons import PixelReasons
    from aegui.core.latent.codec import Codec
    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.recipe import CorruptionSpec
    from aegui.features.answer.model.answer_study_service import SetLimit
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_ANSWER_MS = 200
"""Refresh interval during training; edits of the drawing are answered at once."""
_PAGE = "answer.page"
_ESTIMATED = "answer.estimated"
_MAX_STEPS = 99
REPAIR_REPORTED = "hints.repair"
"""Setting that remembers that denoising networks were mentioned."""
REPAIRS = "letters-denoise.aegui"
_MANY_WRONG = 3
_CLEAR = 0.25
_GLYPHS = (1, 7, 5)


class AnswerFeature(Feature):
    """Updates answers for drawing, noise and networks; shows the repair trail on the map."""

    answered = Signal(object)
    """The displayed ``AnswerSheet``."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(AnswerPanel)
        self._showing = services.showing
        self._others, self._studies = services.of(Others), services.of(AnswerStudies)
        self._answering = services.latest("aegui-answer")
        self._reasons = services.latest("aegui-reasons")
        self._every: list[tuple[str, str, Codec]] = []
        self._models: list[AnsweringModel] = []
        """Those made of ``_every``, keys, names and networks."""
        self._answer = Refresher(self._ask, _ANSWER_MS, window.docks["answer"], self)
        self._pixels = services.drawing.pixels
        self.sheet: AnswerSheet | None = None
        """The displayed answers."""
        self._decoder_problem = ""
        """Why the answer of the displayed network resembles no sample; empty if it may."""
        self._asked_noise: CorruptionSpec | None = None
        self._steps = 1
        self._is_on_map = False
        self._average: SetLimit | None = None
        self._asked_average: tuple[Dataset, CorruptionSpec, Prior | None] | None = None
        self._pixel: tuple[str, int, int] | None = None
        self._explained = 0
        self._estimated = services.settings.values.get(_ESTIMATED) is True
        self._connect()
        self._panel.limit.set_estimated(self._estimated)
        self._show_prior()
        self._judge_decoder()
        self._show_samples()
        self._panel.show_page(services.settings.choice(_PAGE, PAGES, self._panel.shown_page))
        self._answer.mark()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Request new answers for the fields in ``changed``."""
        if "dataset" in changed:
            self._show_samples()
        if changed & SUBJECT:
            self._judge_decoder()
            self._answer.mark()

    def _connect(self) -> None:
        services, panel = self._services, self._panel
        services.drawing.changed.connect(self._on_drawing_changed)
        self._others.changed.connect(self._answer.mark)
        self._others.renewed.connect(self._answer.mark)
        self._answering.answered.connect(self._on_answers_answered)
        self._reasons.answered.connect(self._on_reasons_answered)
        services.drawing.noise_chosen.connect(self._on_drawing_noise_chosen)
        panel.page_shown.connect(self._on_panel_page_shown)
        panel.why.pictures.pixel_activated.connect(self._on_why_pixel_chosen)
        panel.why.journey.clicked.connect(self._on_why_journey_requested)
        panel.limit.estimated_chosen.connect(self._on_limit_estimated_chosen)
        panel.limit.prior_chosen.connect(self._on_limit_prior_chosen)
        panel.limit.train.clicked.connect(self._on_limit_train_requested)
        self._studies.limits.answered.connect(self._on_studies_limit_found)
        self._studies.prior_changed.connect(self._on_studies_prior_changed)
        self._studies.priors.failed.connect(self._on_studies_prior_failed)
        answers = panel.answers
        panel.sample_activated.connect(services.requests.sample)
        panel.menu.menu().aboutToShow.connect(self._on_menu_requested)
        panel.menu.chosen.connect(services.requests.other_network)
        answers.again.clicked.connect(self._on_answers_again_requested)
        answers.once.clicked.connect(self._on_answers_once_requested)
        answers.removed.connect(self._others.remove)
        answers.pixel_activated.connect(self._on_answers_pixel_activated)

    # Networks

    @Slot()
    def _on_menu_requested(self) -> None:
        self._services.requests.other_choices.emit(self._panel.menu)

    @property
    def noise(self) -> CorruptionSpec:
        """The noise chosen for the drawing."""
        return self._services.drawing.noise[0]

    def models(self) -> list[AnsweringModel]:
        """Return the networks that can answer the drawing, the displayed one first."""
        shown, state = self._showing.shown, self._services.drawing.state
        every = [(each.key, each.name, each.codec) for each in self._others.others]
        if shown.codec is not None:
            every.insert(0, (SHOWN, tr("This network"), shown.codec))
        if every != self._every:
            self._every, self._models = every, [AnsweringModel(*each) for each in every]
        return [model for model in self._models if fits(model.codec, state)]

    def model(self) -> AnsweringModel | None:
        """Return the network of the current answer, else the first one, or None."""
        current, models = self._panel.answers.current, self.models()
        key = SHOWN if current is None else current.key
        found = (model for model in models if model.key == key)
        return next(found, models[0] if models else None)

    @Slot()
    def _show_samples(self) -> None:
        shown = self._showing.shown
        self._panel.set_samples(shown.dataset.images, shown.image_style)
        self._pixel = None
        self._show_no_reasons()
        self._answer.mark()

    # Answers

    @Slot(object)
    def _on_drawing_changed(self, state: DrawingState) -> None:
        if not np.array_equal(state.pixels, self._pixels):
            self._pixels = state.pixels
            self._set_steps(1)
        self._answer.now()

    @Slot()
    def _on_drawing_noise_chosen(self) -> None:
        # The limit depends on the noise even if the drawing does not change.
        if self.noise != self._asked_noise:
            self._answer.now()

    def _ask(self) -> None:
        models, drawing = self.models(), self._services.drawing
        shown, state = self._showing.shown, drawing.state
        if not models:
            self._clear_trail()
        if self.sheet is None or not self.sheet.has_network:
            self._panel.set_reason(tr("One moment…") if models else self._why_no_network())
        nearest, spec = shown.nearest, drawing.noise[0]
        self._asked_noise = spec
        estimated, steps = self._estimated, self._steps
        prior = self._studies.prior
        self._answering.ask(
            lambda: answer_sheet(
                models, nearest, state, spec, estimated=estimated, steps=steps, prior=prior
            ),
            nearest,
            quick=is_quick_sheet(models, nearest, steps, estimated),
            gentle=shown.is_learning,
        )

    @Slot(object)
    def _on_answers_answered(self, sheet: AnswerSheet) -> None:
        if sheet.dataset is not self._showing.shown.dataset:
            return
        self.sheet = sheet
        is_shown = any(each.key == SHOWN for each in sheet.answers)
        self._panel.set_sheet(
            sheet,
            "" if sheet.has_network else self._why_no_network(),
            self._decoder_problem if is_shown else "",
        )
        self._show_limit()
        self._show_trail(sheet)
        if self._panel.shown_page == "why":
            self._ask_why()
        self._offer_repair(sheet)
        self.answered.emit(sheet)

    def _judge_decoder(self) -> None:
        recipe, codec = self._showing.shown.recipe, self._showing.shown.codec
        self._decoder_problem = "" if codec is None else decoder_problem(recipe, codec)

    def _offer_repair(self, sheet: AnswerSheet) -> None:
        """Notify the user once that other networks are trained to denoise, if this one was not.

        A new user who adds noise to a letter would otherwise see it answered with another letter.
        """
        services, shown = self._services, self._showing.shown
        if (
            services.settings.values.get(REPAIR_REPORTED)
            or shown.is_learning
            or shown.recipe.data.corruption.kind != "none"
            or shown.dataset.image_shape != _GLYPHS
            or not _needs_repair(sheet)
        ):
            return
        path = models_dir() / REPAIRS
        if not path.is_file():
            return
        services.settings.keep({REPAIR_REPORTED: True})
        text = tr(
            "This network was trained without noise and cannot denoise. The shipped denoiser knows"
            " lower-case letters."
        )
        open_file = partial(services.requests.file.emit, path)
        self.noticed.emit(Notice("info", text, tr("Open one that repairs"), open_file))

    def _why_no_network(self) -> str:
        """Return why no network can answer the drawing; empty if one can."""
        codec, state = self._showing.shown.codec, self._services.drawing.state
        if self.models():
            return ""
        if codec is None:
            untrained = tr("Press Train to get an answer to the drawing.")
            return self._showing.shown.why_nothing(untrained)
        if codec.image_shape != state.image_shape:
            return tr("A drawing of this size does not fit the network.")
        return tr("A GAN has no encoder: it makes images from codes, and cannot answer a drawing.")

    # Repeated denoising

    @Slot()
    def _on_answers_again_requested(self) -> None:
        self._set_steps(min(self._steps + 1, _MAX_STEPS))
        self._answer.now()

    @Slot()
    def _on_answers_once_requested(self) -> None:
        self._set_steps(1)
        self._answer.now()

    def _set_steps(self, steps: int) -> None:
        self._steps = steps
        if steps == 1:
            self._clear_trail()

    def _show_trail(self, sheet: AnswerSheet) -> None:
        """Show the codes of the displayed network's repairs as a trail on the map."""
        shown = next((each for each in sheet.answers if each.key == SHOWN), None)
        if sheet.steps != self._steps or shown is None or shown.repairs is None:
            return
        codes = shown.repairs.codes
        self._is_on_map = True
        self._window.canvas.set_drawing_code(codes[-1], codes)

    def _clear_trail(self) -> None:
        if self._is_on_map:
            self._is_on_map = False
            self._services.requests.drawing_on_map.emit()

    # Limit

    @Slot(bool)
    def _on_limit_estimated_chosen(self, estimated: bool) -> None:
        self._estimated = estimated
        self._services.settings.keep({_ESTIMATED: estimated})
        self._answer.now()

    @Slot(str)
    def _on_limit_prior_chosen(self, key: str) -> None:
        studies = self._studies
        if key == FILE:
            path = choose_prior_file(self._window)
            self._show_prior()
            if path:
                studies.read_prior(path)
        else:
            studies.weigh(known=key == KNOWN)

    def _show_prior(self) -> None:
        studies = self._studies
        known = studies.known_prior
        self._panel.limit.set_prior(
            "" if known is None else known.name, used=studies.prior is not None
        )

    @Slot()
    def _on_studies_prior_changed(self) -> None:
        self._show_prior()
        self._answer.now()

    @Slot(object)
    def _on_studies_prior_failed(self, reason: str) -> None:
        self._show_prior()
        self.noticed.emit(Notice("error", reason, passing=True))

    def _show_limit(self) -> None:
        """Update the parts of the limit page beside the sheet, if the page is visible."""
        if self.sheet is not None and self._panel.shown_page == "limit":
            self._show_difference(self.sheet)
            self._show_average()

    def _show_difference(self, sheet: AnswerSheet) -> None:
        """Show whether the displayed network was trained with other noise than the drawing's."""
        shown, text = self._showing.shown, ""
        if sheet.answers and sheet.answers[0].key == SHOWN and sheet.limit.estimate is None:
            recipe = with_noise(shown.recipe, shown.noise)
            found = other_noise(recipe, sheet.limit.spec, sheet.dataset)
            text = "" if found is None else found.text
        self._panel.limit.set_difference(text)

    def _show_average(self) -> None:
        """Show the best possible average over all characters under the sheet's noise."""
        if self.sheet is None or self._panel.shown_page != "limit":
            return
        dataset, limit = self.sheet.dataset, self.sheet.limit
        studies, known = self._studies, self._average
        asked = (dataset, limit.spec, studies.prior)
        is_known = known is not None and known.is_of(*asked)
        has_limit = limit.reading is not None and len(dataset) <= MAX_AVERAGED
        shown = known if is_known and has_limit else None
        self._panel.limit.set_average(shown, pending=has_limit)
        if not has_limit or is_known or self._asked_average == asked:
            return
        self._asked_average = asked
        studies.find_limit(dataset, limit.spec)

    @Slot(object)
    def _on_studies_limit_found(self, found: SetLimit) -> None:
        self._average, self._asked_average = found, None
        self._show_average()

    @Slot()
    def _on_limit_train_requested(self) -> None:
        workspace, spec = self._services.workspace, self.noise
        noise = workspace.recipe.data.corruption.model_copy(
            update={"kind": spec.kind, "level": spec.level}
        )
        text = tr("Train with {noise}", noise=corruption_words(noise))
        workspace.edit_recipe(with_noise(workspace.recipe, noise), text)

    # Reasons

    @Slot(str, int, int)
    def _on_answers_pixel_activated(self, key: str, row: int, column: int) -> None:
        self._pixel = (key, row, column)
        self._panel.show_page("why")

    @Slot(int, int)
    def _on_why_pixel_chosen(self, row: int, column: int) -> None:
        current = self._panel.answers.current
        self._pixel = (SHOWN if current is None else current.key, row, column)
        self._ask_why()

    @Slot(str)
    def _on_panel_page_shown(self, key: str) -> None:
        self._services.settings.keep({_PAGE: key})
        if key == "why":
            self._ask_why()
        elif key == "limit":
            self._show_limit()

    def _asked(self, sheet: AnswerSheet) -> tuple[AnsweringModel, SheetAnswer, int, int] | None:
        """Return network, answer and pixel to explain: the chosen pixel, else a telling one."""
        answers = {each.key: each for each in sheet.answers}
        models = {each.key: each for each in self.models() if each.key in answers}
        if not models:
            return None
        chosen, height, width = self._pixel, *self._services.drawing.shape
        current = self.model()
        key = chosen[0] if chosen is not None else "" if current is None else current.key
        # The best possible answer has no code: explain the network's pixel, with the same votes.
        model = models.get(key) or next(iter(models.values()))
        found = answers[model.key]
        if found.answer.drawing.shape[-2:] != (height, width):
            return None
        if chosen is not None and chosen[1] < height and chosen[2] < width:
            return model, found, chosen[1], chosen[2]
        return model, found, *most_informative_pixel(found.answer)

    def _ask_why(self) -> None:
        sheet = self.sheet
        asked = None if sheet is None else self._asked(sheet)
        if sheet is None or asked is None:
            self._show_no_reasons()
            return
        model, shown, row, column = asked
        self._panel.why.set_answer(shown.answer, model.name, row, column)
        dataset, reading, drawing = sheet.dataset, sheet.limit.reading, shown.answer.drawing
        place, graded = row * drawing.shape[-1] + column, not self._showing.shown.image_style.glyphs
        work = len(dataset) * model.codec.encode_cost
        follows = model.codec is self._showing.shown.codec
        self._reasons.ask(
            lambda: (
                pixel_reasons(model.codec, drawing, place, dataset, reading, graded=graded),
                model.name,
                follows,
            ),
            dataset,
            quick=is_quick(model.codec, work, QUICK_BATCH // 4),
            gentle=self._showing.shown.is_learning,
        )

    def _show_no_reasons(self) -> None:
        """Show why there are none, and drop those of an earlier network or set."""
        self._reasons.forget()
        self._panel.why.set_message(self._why_no_network())

    @Slot(object)
    def _on_reasons_answered(self, found: tuple[PixelReasons, str, bool]) -> None:
        reasons, name, follows = found
        self._explained = reasons.pixel
        state = self._services.drawing.state
        height, width = self._services.drawing.shape
        targets = None
        if state.target is not None and reasons.pixel < height * width:
            row, column = divmod(reasons.pixel, width)
            targets = np.atleast_1d(state.target[..., row, column]).tolist()
        self._panel.why.set_reasons(reasons, name, width, targets, follows=follows)

    @Slot()
    def _on_why_journey_requested(self) -> None:
        self._services.requests.number.emit("drawing", self._explained)


def _needs_repair(sheet: AnswerSheet) -> bool:
    """Return whether the displayed network fails on a character with a few changed pixels.

    A freehand drawing has no target: it counts as clear if hardly a wrong pixel is expected in
    the best possible answer. An empty one is no drawing yet.
    """
    answers = {each.key: each for each in sheet.answers}
    shown, best = answers.get(SHOWN), answers.get(BEST)
    if shown is None:
        return False
    answer = shown.answer
    if answer.target is not None:
        is_changed = not np.array_equal(answer.drawing, answer.target)
        return is_changed and (answer.wrong_count or 0) >= _MANY_WRONG
    if best is None or best.expected is None or shown.expected is None:
        return False
    if np.ptp(answer.drawing) == 0:
        return False
    return best.expected <= _CLEAR and shown.expected >= _MANY_WRONG
