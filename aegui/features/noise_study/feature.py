"""Connects the noise study with the recipe, the samples and the available networks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from aegui.core.cost import cost_words, memory_lines
from aegui.core.data.corruption import corruption_words
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.recipe.file import find_recipe, list_recipes, load_recipe
from aegui.core.study.comparison import DEFAULT_NOISE, MistakeSpec, comparison_cost
from aegui.core.study.findings import MISTAKES, with_mistake
from aegui.core.study.noise_matrix import FIGURES, matrix_cost, matrix_folder
from aegui.core.study.tables import (
    characters_csv,
)
from aegui.core.study.workers import default_jobs
from aegui.features.noise_study.findings import mend
from aegui.features.noise_study.model.noise_study import MAX_CODECS, CurveModel, NoiseStudy
from aegui.features.noise_study.model.study_forms import (
    CURVES,
    MATRIX,
    SMALL,
    SMALL_RECIPE,
    CurvesForm,
    MatrixForm,
)
from aegui.features.noise_study.view.curves_page import CurveChoice
from aegui.features.noise_study.view.panel import PAGES, StudyPanel
from aegui.session.data.image_style import image_style_of
from aegui.session.file_writer import FileWriter
from aegui.session.map.others import Others
from aegui.session.notice import Notice
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.files import choose_run_file, choose_save_file
from aegui.shell.feature import Feature
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.cost import Cost
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.study.findings import Finding
    from aegui.features.noise_study.model.noise_study import CellStrip
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

PRESETS = (
    "letters-noise-20",
    "letters-noise-50",
    "letters-noise-90",
    "letters-noise-deep",
    "letters-noise-deeper",
    "letters-noise-pairs",
    "letters-denoise-2d",
    "letters-denoise",
    "letters-noise-matrix",
)
"""Shipped recipes in the order they are offered, those of the course first."""
_SHOWN, _OTHER, _MATRIX = "shown", "other:", "matrix:"
_PAGE, _FIGURE, _CURVES = "study.page", "study.figure", "curves"
_FOLLOWING_MS = 300


class NoiseStudyFeature(Feature):
    """The noise study; computes estimates and findings only while its dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._study = services.of(NoiseStudy)
        self._panel = window.panel(StudyPanel)
        self._dock = window.docks["study"]
        self._image_style = services.shown.image_style
        self._models: dict[str, CurveModel] = {}
        self._estimate = Refresher(self._show_estimate, _FOLLOWING_MS, self._dock, self)
        self._choices = Refresher(self._show_choices, _FOLLOWING_MS, self._dock, self)
        self._findings = Refresher(self._find_mistakes, _FOLLOWING_MS, self._dock, self)
        self._connect()
        self._restore()

    @property
    def is_at_work(self) -> bool:
        """Whether a study goes on."""
        return self._study.job.is_busy

    def open(self) -> None:
        """Show the dock of the study and focus the selector of its pages."""
        self.show_dock("study", "compare")
        self._panel.focus_page()

    def show(self, _shown: Shown, changed: Changes) -> None:
        """Update the choices of networks for a change of the displayed network or dataset."""
        if changed & {"network", "dataset"}:
            self._choices.mark()

    def keep_layout(self) -> None:
        """Save forms, figure and cell, which a window of another language or text size shows."""
        settings, panel = self._services.settings, self._panel
        settings.keep_form(MATRIX, panel.matrix.form)
        settings.keep_form(CURVES, panel.curves.form)
        settings.keep({_FIGURE: panel.matrix.figure_key})
        self._study.cell = panel.matrix.cell.shown

    def _connect(self) -> None:
        services, study, panel = self._services, self._study, self._panel
        study.job.progressed.connect(panel.set_progress)
        study.job.busy_changed.connect(self._on_job_busy_changed)
        study.matrix_changed.connect(self._on_study_matrix_changed)
        study.matrix_changed.connect(self._keep_matrix)
        study.curves_changed.connect(self._on_study_curves_changed)
        study.comparison_changed.connect(self._on_study_comparison_changed)
        study.costs.answered.connect(self._on_study_cost_found)
        study.strips.answered.connect(self._on_study_strip_found)
        study.findings_found.connect(self._on_study_findings_found)
        study.files_changed.connect(self._choices.mark)
        study.failed.connect(self._on_study_failed)
        panel.cancel.clicked.connect(study.job.cancel)
        panel.preset_requested.connect(services.requests.preset)
        panel.page_chosen.connect(self._on_panel_page_chosen)
        panel.matrix.run_requested.connect(self.run_matrix)
        panel.matrix.form_edited.connect(self._estimate.mark)
        panel.matrix.cell.cell_requested.connect(self._study.repair_cell)
        panel.matrix.characters_requested.connect(self.save_characters)
        panel.curves.run_requested.connect(self.run_curves)
        panel.curves.open.clicked.connect(self.open_file)
        panel.curves.file_removed.connect(study.remove_file)
        panel.mistakes.test_edited.connect(self._on_mistakes_test_edited)
        panel.mistakes.mend_requested.connect(partial(mend, services))
        panel.mistakes.make_requested.connect(self._on_mistakes_make_requested)
        panel.mistakes.see_requested.connect(self.see_mistake)
        services.of(Others).changed.connect(self._choices.mark)
        services.workspace.recipe_changed.connect(self._estimate.mark)
        services.workspace.dataset_changed.connect(self._estimate.mark)
        services.workspace.recipe_changed.connect(self._findings.mark)
        services.workspace.dataset_changed.connect(self._findings.mark)

    def _restore(self) -> None:
        settings, panel, study = self._services.settings, self._panel, self._study
        recipes = dict(list_recipes())
        panel.set_presets([(key, tr(recipes[key].name), tr(recipes[key].notes)) for key in PRESETS])
        panel.matrix.set_form(settings.form(MATRIX, MatrixForm()))
        panel.matrix.set_figure(settings.choice(_FIGURE, FIGURES, "wrong"))
        panel.curves.set_form(settings.form(CURVES, CurvesForm()))
        panel.set_page(settings.choice(_PAGE, dict(PAGES), "matrix"))
        if study.matrix is not None:
            self._on_study_matrix_changed()
        panel.curves.set_curves(study.curves)
        panel.mistakes.set_test(study.test)
        panel.mistakes.set_comparison(study.comparison)
        self._on_job_busy_changed(study.job.is_busy)
        self._choices.mark()
        self._findings.mark()

    # The matrix

    @Slot(object)
    def run_matrix(self, form: MatrixForm) -> None:
        """Train and test the networks of ``form``; errors in it are shown beside the fields."""
        page, workspace = self._panel.matrix, self._services.workspace
        try:
            spec = form.spec()
            recipe = self._recipe(form.network)
        except AeguiError as error:
            page.problem.set_text(str(error))
            return
        page.problem.set_text("")
        self._services.settings.keep_form(MATRIX, form)
        try:
            cost = matrix_cost(recipe, workspace.dataset, spec, default_jobs())
        except AeguiError as error:
            page.problem.set_text(str(error))
            return
        if may_compute(self._services, cost, self._window):
            self._study.run_matrix(recipe, workspace.dataset, spec)

    def _show_estimate(self) -> None:
        """Estimate the cost of the matrix, to be shown beside its button."""
        page = self._panel.matrix
        try:
            recipe, spec = self._recipe(page.form.network), page.form.spec()
        except AeguiError:
            # Errors are reported when the matrix is run.
            page.set_estimate("")
            return
        self._study.ask_cost(recipe, self._services.workspace.dataset, spec)

    @Slot(object)
    def _on_study_cost_found(self, cost: Cost | None) -> None:
        page = self._panel.matrix
        if cost is None:
            page.set_estimate("")
            return
        page.set_estimate(cost_words(cost), "\n".join(memory_lines(cost)))

    def _recipe(self, network: str) -> Recipe:
        """Return the recipe to train, on the data of the draft."""
        draft = self._services.workspace.recipe
        found = find_recipe(SMALL_RECIPE)
        if network != SMALL or found is None:
            return draft
        small = load_recipe(found)
        noise = small.data.corruption
        data = draft.data.model_copy(update={"corruption": noise})
        return small.model_copy(update={"data": data, "name": "", "notes": ""})

    @Slot()
    def _keep_matrix(self) -> None:
        matrix = self._study.matrix
        if matrix is not None and matrix.study is not None:
            self._services.requests.keep_study.emit(matrix.study, matrix_folder(), ())

    @Slot()
    def _on_study_matrix_changed(self) -> None:
        matrix = self._study.matrix
        if matrix is not None:
            self._image_style = image_style_of(matrix.dataset)
        self._panel.matrix.set_matrix(matrix, self._study.cell)
        self._choices.mark()

    @Slot(object)
    def _on_study_findings_found(self, findings: tuple[Finding, ...]) -> None:
        self._panel.mistakes.set_findings(findings, is_noisy=self._study.is_noisy)

    @Slot(object)
    def _on_study_strip_found(self, found: CellStrip) -> None:
        self._panel.matrix.cell.set_strip(found, self._image_style)

    @Slot()
    def save_characters(self) -> None:
        """Save the wrong pixels of each character in every cell."""
        matrix = self._study.matrix
        if matrix is not None:
            self._save("noise-characters.csv", lambda: characters_csv(matrix).encode())

    # The curves

    def _show_choices(self) -> None:
        """Offer the networks that curves can be drawn of."""
        shown = self._services.shown
        self._models.clear()
        codecs = tuple(
            codec
            for run in range(min(len(shown.seeds), MAX_CODECS))
            if (codec := shown.codec_of_run(run)) is not None
        )
        choices = []
        if codecs:
            choices.append(self._choice(CurveModel(_SHOWN, tr("This network"), codecs)))
        for each in self._services.of(Others).others:
            model = CurveModel(f"{_OTHER}{each.key}", each.name, (each.codec,))
            choices.append(self._choice(model))
        choices += [self._choice(each, is_file=True) for each in self._study.files]
        choices += [self._choice(each) for each in self._matrix_models()]
        self._panel.curves.set_choices(choices)

    def _matrix_models(self) -> list[CurveModel]:
        matrix = self._study.matrix
        if matrix is None:
            return []
        return [
            CurveModel(
                f"{_MATRIX}{row}",
                tr("Matrix: {noise}", noise=corruption_words(noise)),
                tuple(matrix.codec(row, seed) for seed in range(matrix.spec.seeds)),
            )
            for row, noise in enumerate(matrix.spec.training)
        ]

    def _choice(self, model: CurveModel, *, is_file: bool = False) -> CurveChoice:
        self._models[model.key] = model
        return CurveChoice(model.key, model.name, self._refusal(model.codecs[0]), is_file)

    def _refusal(self, codec: Codec) -> str:
        dataset = self._services.shown.dataset
        if not codec.can_encode:
            return tr("A GAN has no encoder: it cannot denoise.")
        if codec.image_shape != dataset.image_shape:
            return tr(
                "It takes images of {theirs} pixels, this set has images of {ours}.",
                theirs="x".join(map(str, codec.image_shape)),
                ours="x".join(map(str, dataset.image_shape)),
            )
        return ""

    @Slot(object, object)
    def run_curves(self, keys: tuple[str, ...], form: CurvesForm) -> None:
        """Test the ticked networks; errors in the form are shown beside the fields."""
        # The displayed network may still be training: use its current weights.
        self._show_choices()
        page = self._panel.curves
        try:
            spec = form.spec()
        except AeguiError as error:
            page.problem.set_text(str(error))
            return
        page.problem.set_text("")
        self._services.settings.keep_form(CURVES, form)
        models = [self._models[key] for key in keys if key in self._models]
        self._study.run_curves(models, self._services.shown.dataset, spec)

    def open_file(self) -> None:
        """Let the user choose a run file whose networks are offered too."""
        path = choose_run_file(self._window)
        if path:
            self._study.add_file(Path(path))

    @Slot()
    def _on_study_curves_changed(self) -> None:
        self._panel.curves.set_curves(self._study.curves)

    # Mistakes

    def _find_mistakes(self) -> None:
        workspace = self._services.workspace
        self._study.find_mistakes(workspace.recipe, workspace.dataset)

    @Slot(object)
    def _on_mistakes_test_edited(self, test: CorruptionSpec | None) -> None:
        self._study.test = test
        self._findings.mark()

    def show_page(self, key: str) -> None:
        """Show a page, as another panel requested; ``curves`` also draws those of this network."""
        self._panel.set_page(key)
        self._services.settings.keep({_PAGE: key})
        if key == _CURVES and not self._study.job.is_busy:
            self._draw_shown()

    def _draw_shown(self) -> None:
        """Draw the curves of the displayed network, for its training noise if it has any."""
        self._show_choices()
        model = self._models.get(_SHOWN)
        if model is None or self._refusal(model.codecs[0]):
            return
        form = self._panel.curves.form
        noise = self._services.shown.recipe.data.corruption
        if noise.level:
            form = replace(form, kind=noise.kind)
            self._panel.curves.set_form(form)
        self.run_curves((_SHOWN,), form)

    def show_mistake(self, key: str) -> None:
        """Show the study with the result of a mistake, as another panel requested."""
        self._panel.set_page("mistakes")
        self._services.settings.keep({_PAGE: "mistakes"})
        self.open()
        if not self._study.job.is_busy:
            self.see_mistake(key)

    @Slot(str)
    def _on_mistakes_make_requested(self, key: str) -> None:
        workspace = self._services.workspace
        text = tr("Mistake: {mistake}", mistake=tr(MISTAKES[key].label))
        recipe = with_mistake(workspace.recipe, key, self._test())
        if not workspace.may_edit(recipe):
            return
        if key == "other_level":
            # The level is wrong only relative to the noise to repair: keep that one as the test
            # noise.
            self._study.test = self._test()
            self._panel.mistakes.set_test(self._study.test)
        workspace.edit_recipe(recipe, text)

    @Slot(str)
    def see_mistake(self, key: str) -> None:
        """Train with and without a mistake, and compare both."""
        recipe = self._recipe(self._panel.matrix.form.network)
        epochs = self._panel.matrix.form.epochs or None
        spec = MistakeSpec(key, self._test(), epochs=epochs)
        dataset = self._services.workspace.dataset
        try:
            cost = comparison_cost(recipe, dataset, spec)
        except AeguiError as error:
            self.noticed.emit(Notice("error", str(error), about="study"))
            return
        if may_compute(self._services, cost, self._window):
            self._study.run_comparison(recipe, dataset, spec)

    def _test(self) -> CorruptionSpec:
        """Return the noise to repair: the chosen one, else that of the training, else a default."""
        chosen, noise = self._study.test, self._services.workspace.recipe.data.corruption
        for one in (chosen, noise):
            if one is not None and one.is_noisy:
                return one
        return DEFAULT_NOISE

    @Slot()
    def _on_study_comparison_changed(self) -> None:
        self._panel.mistakes.set_comparison(self._study.comparison)

    # All pages

    @Slot(bool)
    def _on_job_busy_changed(self, busy: bool) -> None:
        self._panel.set_busy(busy)
        if not busy:
            self._panel.set_progress(None)

    @Slot(str)
    def _on_panel_page_chosen(self, page: str) -> None:
        self._services.settings.keep({_PAGE: page})

    @Slot(object)
    def _on_study_failed(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, passing=True, about="study"))

    def _save(self, name: str, content: Callable[[], bytes]) -> None:
        title = tr("Save the study")
        path = choose_save_file(self._window, title, name, "CSV (*.csv)", "tables")
        if path:
            message = tr("The study is saved: {path}", path=path)
            notice = Notice("info", message, about="study", file=Path(path))
            self._services.of(FileWriter).write_bytes(path, content, notice)
