"""The composition root of the window: creates session and window, and connects them."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
import traceback
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator, Signal, Slot
from PySide6.QtGui import QFontDatabase, QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication

import aegui
from aegui.core.i18n import LOCALES, language, sentences, set_language, tr
from aegui.core.system_reason import system_reason
from aegui.features.document.feature import DocumentFeature
from aegui.kit import accessible
from aegui.kit.motion import reduce_motion
from aegui.kit.theme import THEMES, apply_theme, icon, set_text_size, theme_named
from aegui.leaving import SIGNAL_EXIT
from aegui.paths import (
    APP_NAME,
    crash_file,
    create_user_folders,
    log_file,
    resources_dir,
    user_data_dir,
)
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.exit_signals import ExitSignals
from aegui.session.jobs.garbage_collector import GarbageCollector
from aegui.session.notice import Notice, Offer
from aegui.session.services import Services
from aegui.session.settings import Settings
from aegui.session.told_command import retell
from aegui.widgets.focus_ring import KeyboardFocus
from aegui.window.main_window import MainWindow
from aegui.window.memory import live_bytes

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from aegui.core.data.dataset import Dataset
    from aegui.session.comfort import Comfort
    from aegui.session.documents.document import Opened

_LOG_BYTES = 500_000
_AFTER_MS = 50
_LARGE_BYTES = 16_000_000
"""Size of a closed document's samples from which on a full garbage collection is worthwhile."""
_SAVING_MS = 1_000
"""Delay after a change of the settings until they are written: a crash loses no more than that."""
_RELEASE_MS = 2_000
"""Delay of that collection after the document was closed."""
_SESSION_SECONDS = 3.0
"""Upper bound on how long storing unsaved work may delay the end of the desktop session."""
_log = logging.getLogger(__name__)


class App(QObject):
    """The session and the window of the running program."""

    _failed = Signal(object, bool)
    """Emitted with an unexpected error of any thread, and whether to report it only once."""

    def __init__(
        self,
        application: QApplication,
        settings: Settings | None = None,
        autosave_folder: Path | None = None,
        spoken: str | None = None,
        first: Opened | None = None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._garbage = GarbageCollector(self)
        accessible.install()
        self.keyboard = KeyboardFocus(self)
        self._settings = settings if settings is not None else Settings.load()
        self._saving = one_shot(self, self._save_settings, _SAVING_MS)
        self._settings.report_edits(self._on_settings_edited)
        self._translators: tuple[QTranslator, ...] = ()
        self._letters = application.font()
        self._read()
        self._speak(spoken or self._settings.language or QLocale.system().name())
        self._dress()
        self.services = Services(self._settings, autosave_folder, first)
        self._must_keep = self._is_closed = False
        self._reported: set[tuple[str, str, int]] = set()
        self._failed.connect(self._on_failed)
        self._samples_bytes = 0
        self.services.workspace.dataset_changed.connect(self._on_dataset_changed)
        self.services.workspace.document_changed.connect(self._on_document_changed)
        self.services.runner.state_changed.connect(self._on_training_changed)
        self.window = self._new_window()
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._on_color_scheme_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._on_color_scheme_changed)

    def start(self, path: Path | None = None, *, has_crashed: bool = False) -> None:
        """Show the window, and open ``path`` after the first paint.

        ``has_crashed`` tells that the program crashed last time, and offers to report it.
        """
        self.window.show()
        QTimer.singleShot(_AFTER_MS, self, lambda: self._after_first_picture(path, has_crashed))

    def _after_first_picture(self, path: Path | None, has_crashed: bool) -> None:
        self.services.sweeping.begin()
        if self._settings.notice is not None:
            self.window.notify(self._settings.notice)
        trouble = create_user_folders()
        if trouble is not None:
            notice = _unwritable_notice(trouble)
            _log.warning("%s", notice.text)
            self.window.notify(notice)
        # The window is looked up when a button is pressed: a change of language replaces it.
        report = Offer(tr("Report a problem…"), lambda: self.window.report_problem())
        offers = [report] if has_crashed else []
        text = tr("The program crashed last time; the log says where.") if has_crashed else ""
        if path is not None:
            self.window.feature(DocumentFeature).open_path(path)
            if self.services.workspace.file.recoveries():
                # Asked now, the question would stand before the file that was asked for.
                offers.insert(0, Offer(tr("Unsaved work…"), self._offer_recoveries))
                text = sentences(text, tr("Unsaved work from last time is still there."))
        if offers:
            first, more = offers[0], tuple(offers[1:])
            self.window.notify(Notice("warning", text, first.words, first.accept, more=more))
        if path is None:
            self._offer_recoveries()

    def _offer_recoveries(self) -> None:
        self.window.feature(DocumentFeature).offer_recoveries()

    def shutdown(self) -> None:
        """Save the settings, stop all threads, and delete window and session.

        The window is deleted first, because it is connected to the session. Unsaved work about
        which the user could not be asked is kept for the next start, including a running training.
        """
        self._settings.report_edits(None)
        self._saving.stop()
        self._settings.save()
        self.services.shutdown(keep=self._must_keep)
        if shiboken6.isValid(self.window):
            shiboken6.delete(self.window)
        self._garbage.shutdown()

    @Slot()
    def end(self) -> None:
        """Shut down when the event loop ends.

        If no window was closed, the user was not asked: Qt also ends the loop when the display is
        gone, for example at the end of a desktop session.
        """
        self._must_keep = self._must_keep or not self._is_closed
        self.shutdown()

    def end_by(self, number: int) -> None:
        """Exit after the signal ``number``, without a question."""
        _log.info("ended by signal %d", number)
        self._must_keep = True
        # Closing the window would ask about unsaved work.
        self._application.exit(SIGNAL_EXIT + number)

    @Slot()
    def end_with_session(self) -> None:
        """Store unsaved work when the desktop session may be about to end.

        The session manager's argument is not accepted: PySide would have to wrap it.
        """
        self._must_keep = True
        self.services.keeping.keep_all(_SESSION_SECONDS)

    @Slot(object)
    def _on_dataset_changed(self, dataset: Dataset) -> None:
        self._samples_bytes = max(self._samples_bytes, live_bytes(dataset))

    @Slot(object)
    def _on_document_changed(self, _workspace: object) -> None:
        """Release the memory of a large set, once its users have dropped it."""
        before = self._samples_bytes
        self._samples_bytes = live_bytes(self.services.workspace.dataset)
        if before >= _LARGE_BYTES:
            QTimer.singleShot(_RELEASE_MS, self, self._garbage.release)
        else:
            self._garbage.give_back_at_rest()

    @Slot(str)
    def _on_training_changed(self, _state: str) -> None:
        if not self.services.runner.is_busy:
            self._garbage.give_back_at_rest()

    @Slot()
    def _on_window_closed(self) -> None:
        # Closing the window has asked the user.
        self._must_keep, self._is_closed = False, True

    def _new_window(self) -> MainWindow:
        window = MainWindow(self.services)
        window.language_requested.connect(self.use_language)
        window.theme_requested.connect(self.use_theme)
        window.comfort_requested.connect(self.use_comfort)
        window.closed.connect(self._on_window_closed)
        return window

    @Slot(str)
    def use_language(self, code: str) -> None:
        """Switch to the language ``code``, by replacing the window on the same session."""
        if code == language():
            return
        self._settings.language = code
        self._speak(code)
        self.services.workspace.retell()
        retell(self.services.drawing.undo_stack)
        self._replace_window()
        self._keep_settings()

    def _replace_window(self) -> None:
        """Replace the window by a new one on the same session, at the same place."""
        old = self.window
        shown, place, state = old.isVisible(), old.geometry(), old.windowState()
        docks = old.seen_docks
        old.dismiss()
        self.window = self._new_window()
        if shown:
            self.window.show_docks(docks)
        self.window.take_features(old)
        self.window.setGeometry(place)
        self.window.setWindowState(state)
        if shown:
            self.window.show()
        self.window.canvas.take_view(old.canvas)
        self._garbage.give_back_at_rest()

    @Slot(object)
    def use_comfort(self, comfort: Comfort) -> None:
        """Apply text size, reduced motion and speech."""
        before, self._settings.comfort = self._settings.comfort, comfort
        self._read()
        if comfort.text_size != before.text_size:
            self._dress()
            self._replace_window()
        self.window.canvas.surface.follow_style()
        self._keep_settings()

    def _read(self) -> None:
        comfort = self._settings.comfort
        reduce_motion(comfort.less_motion)
        set_text_size(self._application, self._letters, comfort.text_size)

    @Slot(str)
    def use_theme(self, key: str) -> None:
        """Apply a theme: one of ``THEMES``, or ``system``."""
        if key in ("system", *THEMES):
            self._settings.theme = key  # type: ignore[assignment]
            self._dress()
            self._keep_settings()

    def _on_settings_edited(self) -> None:
        # Not restarted: a value that changes all the time is written nevertheless.
        if not self._saving.isActive():
            self._saving.start()

    @Slot()
    def _save_settings(self) -> None:
        # Without a message: that nothing can be saved is told at the start.
        self._settings.save()

    def _keep_settings(self) -> None:
        notice = self._settings.save()
        if notice is not None:
            self.window.notify(notice)

    def _dress(self) -> None:
        apply_theme(self._application, theme_named(self._settings.theme, self._application))

    @Slot()
    def _on_color_scheme_changed(self) -> None:
        if self._settings.theme == "system":
            self._dress()

    def _speak(self, code: str) -> None:
        """Use the language ``code`` for the program's texts and for Qt's dialogs."""
        set_language(code)
        QLocale.setDefault(QLocale(LOCALES[language()]))
        for translator in self._translators:
            self._application.removeTranslator(translator)
            translator.deleteLater()
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        # The last one installed is searched first: texts that Qt lacks, or words differently.
        ours = resources_dir() / "translations" / language() / "qt_words.qm"
        of_qt, more = self._translators = QTranslator(self), QTranslator(self)
        if of_qt.load(QLocale(language()), "qtbase", "_", folder):
            self._application.installTranslator(of_qt)
        if more.load(str(ours)):
            self._application.installTranslator(more)

    def report(self, error: BaseException, *, once: bool = False) -> None:
        """Show an unexpected error to the user; callable from any thread.

        ``once`` suppresses repetitions: a thread may raise the same error many times a second.
        """
        self._failed.emit(error, once)

    @Slot(object, bool)
    def _on_failed(self, error: BaseException, once: bool) -> None:
        place = _place_of(error)
        if once and place in self._reported:
            return
        self._reported.add(place)
        text = tr(
            "An unexpected error occurred: {error}. Your work is still here; the log has the "
            "details.",
            error=f"{type(error).__name__}: {error}".rstrip("."),
        )
        details = "".join(traceback.format_exception(error))
        about = f"aegui {aegui.__version__}\n{details}"
        copy = partial(QGuiApplication.clipboard().setText, about)
        report = Offer(tr("Report a problem…"), lambda: self.window.report_problem())
        try:
            self.window.notify(Notice("error", text, tr("Copy the details"), copy, more=(report,)))
        except Exception:
            # Raised, it would be reported here again, without end. While the program ends, for
            # example, there is no window any more.
            _log.exception("an error could not be shown")


def run_window(path: Path | None = None, spoken: str | None = None) -> int:
    """Open the window and run it until it is closed; return the exit code.

    Args:
        path: File to open.
        spoken: Language of this window; None uses the stored one.
    """
    _begin_log()
    has_crashed = _begin_crash_log()
    QApplication.setApplicationName(APP_NAME)
    QApplication.setApplicationDisplayName(APP_NAME)
    QApplication.setApplicationVersion(aegui.__version__)
    QApplication.setDesktopFileName(APP_NAME)
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    ensure_font(application)
    application.setWindowIcon(icon("app", "accent"))
    app = App(application, spoken=spoken)
    _catch_errors(app)
    endings = ExitSignals(app)
    endings.received.connect(app.end_by)
    application.commitDataRequest.connect(app.end_with_session)
    application.aboutToQuit.connect(app.end)
    app.start(path, has_crashed=has_crashed)
    code = application.exec()
    endings.shutdown()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    return code


def ensure_font(application: QApplication) -> None:
    """Install a bundled font if the system has none; otherwise all text would be boxes."""
    if not QFontInfo(application.font()).family():
        QFontDatabase.addApplicationFont(str(resources_dir() / "fonts" / "DejaVuSans.ttf"))


def _unwritable_notice(trouble: OSError) -> Notice:
    """Return the message that settings, library and backup copies cannot be stored."""
    text = tr(
        "Nothing can be saved in {folder}: {reason}. Settings, library and backups of unsaved "
        "work are lost when the program ends; save what you want to keep to another folder.",
        folder=trouble.filename or user_data_dir(),
        reason=system_reason(trouble),
    )
    return Notice("warning", text)


def _place_of(error: BaseException) -> tuple[str, str, int]:
    """Return the type of an error, and file and line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return type(error).__name__, last.filename if last else "", (last.lineno or 0) if last else 0


def _begin_log() -> None:
    """Log to a file of the user's; the terminal gets warnings only."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    root.addHandler(terminal)
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            log_file(), maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError as error:
        _log.warning("no log file: %s", error)
        return
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(file)


def _begin_crash_log() -> bool:
    """Enable crash dumps of compiled code; return whether the last program left one."""
    path = crash_file()
    has_crashed = False
    try:
        if path.exists() and path.stat().st_size > 0:
            path.replace(path.with_name(f"{path.name}.1"))
            has_crashed = True
        # Open as long as the process lives: after a fault no file can be opened.
        faulthandler.enable(path.open("a", encoding="utf-8"))
    except OSError as error:
        _log.warning("no file for crashes: %s", error)
    return has_crashed


def _catch_errors(app: App) -> None:
    """Log unexpected errors and show them in the window, without ending the program."""

    def on_error(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _log.error("unexpected", exc_info=(kind, error, trace))
        app.report(error, once=threading.current_thread() is not threading.main_thread())

    def on_thread_error(arguments: threading.ExceptHookArgs) -> None:
        value = arguments.exc_value
        if value is not None:
            _log.error("unexpected, in a thread", exc_info=value)
            app.report(value, once=True)

    sys.excepthook = on_error
    threading.excepthook = on_thread_error
