"""Connects the confusion pairs and the outlier bench to the current network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.data.builtin import BUILTIN_LABELS
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.evaluation.outliers import squared_errors
from aegui.core.i18n import localized, mark, tr
from aegui.features.answer.feature import AnswerFeature
from aegui.features.answer.model.answer_sheet import SHOWN
from aegui.features.answer.model.answer_studies import other_sets, why_no_mix_ups
from aegui.features.answer.model.answer_study_service import AnswerStudies
from aegui.features.answer.view.outlier_page import FILE
from aegui.features.answer.view.panel import AnswerPanel
from aegui.session.shown import SUBJECT
from aegui.shell.dialogs.files import choose_data_file
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_NOTE_MS = 500
"""Refresh interval during training, when only the notes change."""

_OF_THE_SET = {
    True: mark("Of the set: the samples that were held out."),
    False: mark("This is the training set: unseen samples of its kind have larger errors."),
}
"""Whether the samples were held out -> note."""


class AnswerStudiesFeature(Feature):
    """Runs both studies on request and marks their results when the network has changed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._answers = window.feature(AnswerFeature)
        self._panel = window.panel(AnswerPanel)
        self._studies = services.of(AnswerStudies)
        self._source = ""
        self._is_seen = False
        """Whether one of the two pages is shown; the drawing is followed only then."""
        self._changed = Refresher(self._show, _NOTE_MS, window.docks["answer"], self)
        self._connect()
        self._on_panel_page_shown(self._panel.shown_page)
        self._show_sets()
        self._changed.mark()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update for another data set or network."""
        if "dataset" in changed:
            self._show_sets()
        if changed & SUBJECT:
            self._changed.mark()

    def _connect(self) -> None:
        studies = self._studies
        pairs, outliers = self._panel.pairs, self._panel.outliers
        self._panel.answers.current_changed.connect(self._changed.now)
        self._panel.page_shown.connect(self._on_panel_page_shown)
        pairs.compare.clicked.connect(self._on_pairs_compare_requested)
        pairs.cancel.clicked.connect(studies.pairs.forget)
        studies.pairs.busy_changed.connect(self._on_pairs_busy_changed)
        studies.pairs.progressed.connect(self._panel.pairs.set_progress)
        studies.compared.connect(self._show_pairs)
        studies.pairs.failed.connect(self._on_studies_compare_failed)
        outliers.measure.clicked.connect(self._measure)
        outliers.cancel.clicked.connect(studies.errors.forget)
        outliers.outside_chosen.connect(self._on_outliers_outside_chosen)
        studies.errors.busy_changed.connect(self._on_errors_busy_changed)
        studies.errors.progressed.connect(self._panel.outliers.set_progress)
        studies.measured.connect(self._show_outliers)
        studies.errors.failed.connect(self._on_studies_measure_failed)

    def _show(self) -> None:
        """Update the visible page only; the other one is updated when it is opened."""
        if self._panel.shown_page == "pairs":
            self._show_pairs()
        elif self._panel.shown_page == "outliers":
            self._show_outliers()
            self._show_error()

    # Pairs

    def _why_no_pairs(self) -> str:
        shown, model = self._services.shown, self._answers.model()
        codec = shown.codec if model is None else model.codec
        return why_no_mix_ups(codec, shown.dataset, glyphs=shown.image_style.glyphs)

    @Slot()
    def _show_pairs(self) -> None:
        found, model, reason = self._studies.mix_ups, self._answers.model(), self._why_no_pairs()
        if self._studies.pairs.is_busy:
            return
        if reason or model is None:
            text = reason or tr("A drawing of this size does not fit the network.")
            self._panel.pairs.set_message(text, possible=False)
        elif found is None or found.dataset is not self._services.shown.dataset:
            spec = self._answers.noise
            text = tr(
                "{name}: which characters does it confuse under {noise} {level}?",
                name=model.name,
                noise=tr(CORRUPTIONS[spec.kind].label),
                level=localized(spec.level, ".3g"),
            )
            self._panel.pairs.set_message(text, possible=True)
        else:
            stale = self._studies.mixing is not model.codec or found.spec != self._answers.noise
            self._panel.pairs.set_mix_ups(found, stale=stale)

    @Slot()
    def _on_pairs_compare_requested(self) -> None:
        model = self._answers.model()
        if model is not None:
            self._studies.compare(model, self._services.shown.dataset, self._answers.noise)

    @Slot(bool)
    def _on_pairs_busy_changed(self, busy: bool) -> None:
        self._panel.pairs.set_busy(busy)
        if not busy:
            self._show_pairs()

    @Slot(object)
    def _on_studies_compare_failed(self, reason: str) -> None:
        self._panel.pairs.set_message(reason, possible=True)

    # Outliers

    @Slot()
    def _show_sets(self) -> None:
        self._offer_sets()
        self._changed.now()

    def _offer_sets(self) -> None:
        shape = self._services.shown.dataset.image_shape
        sets = [(key, tr(BUILTIN_LABELS[key])) for key in other_sets(shape)]
        if self._source and self._source not in BUILTIN_LABELS:
            sets.append((self._source, Path(self._source).name))
        elif self._source not in dict(sets):
            self._source = ""
        self._panel.outliers.set_sets(sets, self._source)

    @Slot()
    def _show_outliers(self) -> None:
        found, model, page = self._studies.outliers, self._answers.model(), self._panel.outliers
        shown = self._services.shown
        if self._studies.errors.is_busy:
            return
        if model is None:
            page.set_message(self._why_no_outliers(), possible=False)
        elif found is None or found.dataset is not shown.dataset:
            page.set_message(
                tr("{name}: how unusual is the drawing to it?", name=model.name), possible=True
            )
        else:
            note = "" if found.held_out is None else tr(_OF_THE_SET[found.held_out])
            if found.source != self._source:
                note = tr("Another set is chosen: press Measure.")
            elif found.codec is not model.codec:
                note = tr("The network has changed: measure again.")
            page.set_bench(found.bench, found.name, note)

    def _why_no_outliers(self) -> str:
        codec = self._services.shown.codec
        if codec is None:
            return tr("Train a network or open one to see what is unusual to it.")
        if not codec.can_encode:
            return tr(
                "A GAN has no encoder: it makes images from codes, and cannot answer a drawing."
            )
        return tr("A drawing of this size does not fit the network.")

    @Slot()
    def _measure(self) -> None:
        model = self._answers.model()
        if model is not None:
            shown = self._services.shown
            is_learnt = model.key == SHOWN and shown.trained_on is shown.dataset
            held_out = shown.held_out if is_learnt else None
            self._studies.measure(model, shown.dataset, self._source, held_out, is_learnt=is_learnt)

    @Slot(str)
    def _on_outliers_outside_chosen(self, key: str) -> None:
        if key == FILE:
            path = choose_data_file(self._window, "")
            if path:
                self._source = path
            self._show_sets()
            if not path:
                return
        else:
            self._source = key
        # Choosing a set does not start the measurement: the button next to it would turn into
        # Cancel under the pointer that is about to press it.
        self._show_outliers()

    @Slot(bool)
    def _on_errors_busy_changed(self, busy: bool) -> None:
        self._panel.outliers.set_busy(busy)
        if not busy:
            self._show_outliers()

    @Slot(object)
    def _on_studies_measure_failed(self, reason: str) -> None:
        # Restore the source of the displayed figures, so that the failed one is not retried.
        found = self._studies.outliers
        self._source = "" if found is None else found.source
        self._offer_sets()
        self._panel.outliers.set_message(reason, possible=True)

    @Slot(str)
    def _on_panel_page_shown(self, key: str) -> None:
        is_seen = key in ("pairs", "outliers")
        if is_seen != self._is_seen:
            self._is_seen = is_seen
            for signal, then in (
                (self._answers.answered, self._show_error),
                (self._services.drawing.noise_chosen, self._changed.now),
            ):
                signal.connect(then) if is_seen else signal.disconnect(then)
        self._changed.now()

    @Slot(object)
    def _show_error(self, _sheet: object = None) -> None:
        """Show the error of the current drawing."""
        sheet = self._answers.sheet
        if sheet is None or self._panel.shown_page != "outliers":
            return
        model = self._answers.model()
        key = "" if model is None else model.key
        answer = next((each.answer for each in sheet.answers if each.key == key), None)
        error = None
        if answer is not None:
            output, drawing = answer.output.reshape(1, -1), answer.drawing.reshape(1, -1)
            error = float(squared_errors(output, drawing)[0])
        self._panel.outliers.set_error(error)
