"""The page of the noise matrix: the form, the heat map, and the details of a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.study.noise_matrix import FIGURES
from aegui.features.noise_study.model.noise_study import Cell
from aegui.features.noise_study.model.study_forms import (
    MAX_EPOCHS,
    MAX_SEEDS,
    NETWORKS,
    MatrixForm,
)
from aegui.features.noise_study.view.cell_box import CellBox
from aegui.features.noise_study.view.matrix_view import MatrixView, seeds_words
from aegui.features.noise_study.view.noise_fields import KindsButton, LevelsField
from aegui.kit.charts.menu import COPY_TABLE
from aegui.kit.choosing import offer
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held, row, scrolled
from aegui.kit.marks import ProblemLabel
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from aegui.core.study.noise_matrix import NoiseMatrix
    from aegui.kit.charts.cells import CellIndex

_DETAIL_PX = 330


class MatrixPage(QWidget):
    """Passive page; user actions are emitted as signals."""

    run_requested = Signal(object)
    """Emitted with the ``MatrixForm`` to train."""
    form_edited = Signal()
    """Emitted when ``form`` has changed."""
    characters_requested = Signal()
    """Emitted to save the wrong pixels of each character."""

    def __init__(self) -> None:
        super().__init__()
        self._matrix: NoiseMatrix | None = None
        self._trained = KindsButton(tr("Kinds of noise to train with"))
        self._trained_levels = LevelsField(tr("Levels to train with"))
        self._tried = KindsButton(tr("Kinds of noise to test with"))
        self._test_levels = LevelsField(tr("Levels to try with"))
        self._seeds = QSpinBox()
        self._network = QComboBox()
        self._epochs = QSpinBox()
        self.run = QPushButton()
        self.estimate = dim()
        self.problem = ProblemLabel()
        self._figures = QComboBox()
        self._status = dim()
        self.view = MatrixView()
        characters = tr("Save each character as CSV…")
        self._export = self.view.figures.button(
            tr("Save or copy the matrix"), (characters, self.characters_requested.emit)
        )
        self.cell = CellBox()
        self._build_fields()
        self._build_body()
        self._connect()
        self.set_form(MatrixForm())
        self.set_matrix(None)

    # Building

    def _build_fields(self) -> None:
        self._seeds.setRange(1, MAX_SEEDS)
        self._seeds.setAccessibleName(tr("Networks for each noise"))
        self._seeds.setToolTip(tr("Networks for each noise, with seeds of their own"))
        offer(self._network, ((key, tr(row.label)) for key, row in NETWORKS.items()))
        self._network.setAccessibleName(tr("Which network is trained"))
        self._network.setToolTip(
            tr("Trained on the current samples; fresh noise and clean target as in the recipe")
        )
        self._epochs.setRange(0, MAX_EPOCHS)
        self._epochs.setSpecialValueText(tr("its own"))
        self._epochs.setAccessibleName(tr("Epochs of each training"))
        self._epochs.setToolTip(tr("Epochs of each training; 0: as in its recipe"))
        self.run.setProperty("main", True)
        self.estimate.setAccessibleName(tr("What a training will cost"))

    def _fields(self) -> QVBoxLayout:
        """Return a grid of the noise fields, with the other fields wrapped in a flow below."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        rows = (
            (tr("Train with"), self._trained, self._trained_levels),
            (tr("Try with"), self._tried, self._test_levels),
        )
        for number, (name, kinds, levels) in enumerate(rows):
            grid.addWidget(QLabel(name), number, 0)
            grid.addWidget(kinds, number, 1)
            grid.addWidget(levels, number, 2)
        grid.setColumnStretch(2, 1)
        line = FlowLayout(SPACING, last_at_right=True)
        for parts in (
            (QLabel(tr("Network")), self._network),
            (QLabel(tr("Seeds")), self._seeds),
            (QLabel(tr("Epochs")), self._epochs),
            (self.estimate, self.run),
        ):
            line.addWidget(held(row(*parts)))
        return column(grid, line)

    def _build_body(self) -> None:
        words = tr(
            "Which noise should you train with? Networks are trained with each of several noises, "
            "with several seeds, all together, and tested with each noise. Every cell opens its "
            "characters."
        )
        parts = ((self._build_map(), 3), (self.cell, 2))
        splitter = Splitter("noise_matrix", *parts, sizes=(500, _DETAIL_PX))
        self._body = Placeholder(splitter, words)
        self.setLayout(
            column(
                self._fields(),
                self.problem,
                (self._body, 1),
                margins=(SPACING, SPACING // 2, SPACING, SPACING // 2),
            )
        )

    def _build_map(self) -> QWidget:
        offer(self._figures, ((key, tr(it.label), tr(it.help)) for key, it in FIGURES.items()))
        self._figures.setAccessibleName(tr("Figure that is shown"))
        self._status.setWordWrap(True)
        head = row(self._figures, (self._status, 1), self._export)
        scroll = scrolled(self.view, sideways=True, framed=True)
        return held(column(head, (scroll, 1), margins=(0, 0, SPACING // 2, 0)))

    def _connect(self) -> None:
        for kinds in (self._trained, self._tried):
            kinds.edited.connect(self._show_count)
        for levels in (self._trained_levels, self._test_levels):
            levels.textEdited.connect(self._show_count)
            levels.returnPressed.connect(self.run.click)
        self._seeds.valueChanged.connect(self._show_count)
        self._epochs.valueChanged.connect(self.form_edited)
        self._network.currentIndexChanged.connect(self.form_edited)
        self.run.clicked.connect(lambda: self.run_requested.emit(self.form))
        self._figures.currentIndexChanged.connect(self._show_matrix)
        self.view.cell_activated.connect(self.open_cell)
        self.view.copy_requested.connect(lambda: self.view.figures.bring(COPY_TABLE))

    # Choices

    @property
    def form(self) -> MatrixForm:
        """Return the values of the fields."""
        return MatrixForm(
            self._trained.kinds,
            self._trained_levels.levels,
            self._tried.kinds,
            self._test_levels.levels,
            self._seeds.value(),
            str(self._network.currentData()),
            self._epochs.value(),
        )

    def set_form(self, form: MatrixForm) -> None:
        """Set the values of the fields."""
        self._trained.set_kinds(form.training_kinds)
        self._trained_levels.set_levels(form.training_levels)
        self._tried.set_kinds(form.test_kinds)
        self._test_levels.set_levels(form.test_levels)
        with QSignalBlocker(self._seeds):
            self._seeds.setValue(form.seeds)
        self._network.setCurrentIndex(max(0, self._network.findData(form.network)))
        self._epochs.setValue(form.epochs)
        self._show_count()

    def set_estimate(self, text: str, details: str = "") -> None:
        """Show the estimated cost, with details as a tooltip; "" if it is unknown."""
        self.estimate.setText(text)
        self.estimate.setToolTip(details)

    def _show_count(self) -> None:
        self.problem.set_text("")
        self.form_edited.emit()
        try:
            rows = len(self.form.spec().training)
        except AeguiError:
            # The text may be incomplete while it is being typed; errors are reported on run.
            self.run.setText(tr("Train networks"))
            return
        self.run.setText(trn("Train {n} network", "Train {n} networks", rows * self._seeds.value()))

    # Display

    @property
    def figure_key(self) -> str:
        """Return the key of the displayed figure."""
        return str(self._figures.currentData())

    def set_figure(self, key: str) -> None:
        """Show the figure ``key`` of ``FIGURES``."""
        self._figures.setCurrentIndex(self._figures.findData(key))

    def set_matrix(self, matrix: NoiseMatrix | None, cell: Cell | None = None) -> None:
        """Show a matrix with the details of ``cell``; None shows a hint instead."""
        self._matrix = matrix
        self._body.show_content_if(matrix is not None)
        self.cell.set_matrix(matrix)
        self._show_matrix()
        if matrix is not None:
            cell = cell or Cell(0, 0)
            self.view.set_chosen((cell.row, cell.column))
            self.cell.show_cell(cell)

    def open_cell(self, cell: CellIndex) -> None:
        """Show the details of a cell."""
        self.view.set_chosen(cell)
        self.cell.open(cell)

    def _show_matrix(self) -> None:
        matrix = self._matrix
        self.view.set_matrix(matrix, self.figure_key)
        if matrix is None:
            return
        text = tr(
            "{seeds}; framed: best of its column",
            seeds=seeds_words(matrix.spec.seeds),
        )
        self._status.setText(f"{text}; {matrix.note}" if matrix.note else text)
