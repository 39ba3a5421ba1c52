"""Set up the project, then run a command: run, test, lint, bench, fuzz, torture, models, ...

    python3 installer/bootstrap.py run -- train letters-course --runs 10

Needs Python 3.11 to 3.13 with pip, and nothing else: it imports only the standard library, and
ensurepip, git and make may be missing. It creates the virtual environment ``.venv`` beside this
folder, installs the versions of ``constraints.txt`` into it, chooses a torch build for the machine
and checks Qt's system libraries. A second start finds the stamp of the first and skips all this.
All set-up messages go to stderr, so that stdout is the program's.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up.json"
UNDERWAY = VENV / "set-up-underway"
CONSTRAINTS = ROOT / "installer" / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"
MACHINE = ROOT / "aegui" / "core" / "training" / "engines" / "native" / "machine.c"
NO_COMPILER = 3
"""Exit status of ``installer.machine`` without a C compiler ..."""
COMPILER = "ziglang"
"""... and the package with a compiler that is then downloaded, and removed afterwards."""

WINDOWS = os.name == "nt"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

OLDEST, NEWEST = (3, 11), (3, 13)
MAX_TEST_PROCESSES = 4
"""More gain little: the longest test file determines the time."""
OLDEST_PIP = (22, 3)
"""First version of pip that can install into another environment (``--python``)."""

TORCH = "2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
INDEX_PATIENCE_SECONDS = 4.0
"""Timeout for an index that cannot be reached; pip would try for minutes."""

COMMANDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "run": ("start the program; further arguments are its own", (), ("main.py",)),
    "test": ("run the tests; further arguments are pytest's", ("test",), ("-m", "pytest")),
    "lint": ("check style, types, layers and words", ("test", "lint"), ("-m", "installer.lint")),
    "bench": ("measure speed and quality; see --help", ("test",), ("-m", "tests.bench")),
    "soak": ("use the window for two hours; see --help", ("test",), ("-m", "tests.bench.soak")),
    "fuzz": ("try the readers with mutated files; see --help", ("test",), ("-m", "tests.fuzz")),
    "torture": (
        "kill the program 300 times; see --help",
        ("test",),
        ("-m", "tests.system.torture"),
    ),
    "hands": (
        "use the window at random; see --help",
        ("test",),
        ("-m", "tests.system.random_hands"),
    ),
    "models": ("train the shipped models again", (), ("-m", "installer.models")),
    "bundle": ("freeze the program into dist/", ("bundle",), ("-m", "installer.bundle")),
    "installers": (
        "freeze it, and make a .deb and a .tar.xz in dist/",
        ("bundle",),
        ("-m", "installer.installers"),
    ),
    "setup": ("set up for all of the above, and stop", ("test", "lint", "bundle"), ()),
}
"""Help, extras of pyproject.toml, and arguments of Python, by command."""

IF_UNTRIED = "--if-untried"
"""Option of ``bundle``: do nothing if a bundle of this recipe, versions and imports was tried."""

LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Debian's package of each system library that Qt loads on Linux."""

FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_SUFFIXES = {".ttf", ".otf", ".ttc", ".pfb"}


class SetUpError(Exception):
    """Set-up cannot continue; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then run it; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description="Sets everything up, then does what is asked.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n"
        + "\n".join(f"  {name:11}{help_}" for name, (help_, *_) in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on")
    options = parser.parse_args(arguments)
    passed_on = options.arguments
    if passed_on[:1] == ["--"]:
        passed_on = passed_on[1:]
    _, extras, target = COMMANDS[options.command]
    try:
        _use_supported_python(arguments)
        if options.command == "bundle" and IF_UNTRIED in passed_on:
            # Checked before anything is installed: freezing needs packages that nothing else does.
            passed_on = [argument for argument in passed_on if argument != IF_UNTRIED]
            if _bundle_was_tried():
                return 0
        # Terminal commands import no Qt, and servers have no window.
        needs_qt = options.command not in ("lint", "models") and not (
            options.command == "run" and passed_on and not passed_on[0].endswith(".aegui")
        )
        set_up(extras, needs_qt=needs_qt)
        if options.command == "test" and not passed_on:
            passed_on = side_by_side()
        return hand_over([*target, *passed_on], options.command) if target else 0
    except SetUpError as error:
        say(f"aegui: {error}")
        return 2
    except KeyboardInterrupt:
        say("aegui: interrupted; the next start goes on from here")
        return 130


def side_by_side() -> list[str]:
    """Return the pytest arguments that run all tests in several processes.

    The tests of one file stay together, because they share expensive fixtures. A few selected tests
    start sooner in one process.
    """
    processes = max(1, min(MAX_TEST_PROCESSES, os.cpu_count() or 1))
    # Keep the order of the tests: xdist's own puts files with few tests last, slow or not.
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def _bundle_was_tried() -> bool:
    """Return whether a bundle of this recipe, versions and imports has passed its self-test."""
    command = [_base_python(), "-m", "installer.bundle", "--was-tried"]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def say(text: str) -> None:
    """Print to stderr, leaving stdout to the program."""
    print(text, file=sys.stderr, flush=True)


# --- the environment -----------------------------------------------------------------------------


def set_up(extras: tuple[str, ...], *, needs_qt: bool) -> None:
    """Set up ``.venv`` and the system as pyproject.toml requires.

    Args:
        extras: Names of optional dependency groups, in addition to the dependencies.
        needs_qt: Whether missing system libraries of Qt are an error.

    Raises:
        SetUpError: Something is missing that cannot be installed from here.
    """
    done = _read_stamp()
    if done.get("key") == _key() and set(extras) <= set(done["extras"]):
        if done["system"] or not needs_qt:
            return
    else:
        done = {}
    steps = Steps()
    system = _see_to_system(steps, required=needs_qt, freezing="bundle" in extras)
    if not done:
        extras = _with_earlier(extras)
        _make_environment(steps)
        UNDERWAY.write_text("Set-up was interrupted if this file is here and nothing runs.\n")
        pip = _pip()
        _install_torch(steps, pip)
        steps.begin("Packages" + (f" ({', '.join(extras)})" if extras else ""))
        _install(pip, [*requirements(extras)])
        UNDERWAY.unlink()
        _build_machine(steps, pip)
    else:
        extras = tuple(done["extras"])
    _write_stamp({"key": _key(), "extras": sorted(extras), "system": system})
    steps.end()


class Steps:
    """Prints numbered steps of the set-up."""

    def __init__(self) -> None:
        self._count = 0

    def begin(self, text: str) -> None:
        """Announce a step."""
        self._count += 1
        say(f"[{self._count}] {text}")

    def end(self) -> None:
        """Announce that set-up has ended."""
        say("Everything is set up.")


def _key() -> str:
    """Return a hash that changes whenever set-up would give another result."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for path in (PROJECT, CONSTRAINTS, MACHINE, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, Any]:
    """Return the stamp of an earlier set-up; empty if there is none or it was interrupted."""
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp if VENV_PYTHON.exists() and not UNDERWAY.exists() else {}
    except (OSError, ValueError):
        return {}


def _with_earlier(extras: tuple[str, ...]) -> tuple[str, ...]:
    """Add the extras of an earlier set-up, so that commands do not set up in turn."""
    earlier = _read_stamp().get("extras", [])
    return tuple(sorted({*extras, *earlier}))


def _write_stamp(stamp: dict[str, Any]) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(stamp), encoding="utf-8")
    new.replace(STAMP)


def _use_supported_python(arguments: list[str]) -> None:
    """Restart under a supported Python if this one is not supported and another is installed."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    here = "{}.{}".format(*sys.version_info[:2])
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other and subprocess.run([other, "-c", ""], capture_output=True).returncode == 0:
            say(f"Python {here} will not do; using {other}")
            _replace_process([other, str(Path(__file__).resolve()), *arguments])
    raise SetUpError(f"Python 3.{OLDEST[1]} to 3.{NEWEST[1]} is needed, and this is {here}")


def _base_python() -> str:
    """Return the Python outside any virtual environment, which can recreate ``.venv``."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _make_environment(steps: Steps) -> None:
    """Create ``.venv``, unless a valid one exists, without pip, which Debian's Python lacks."""
    if UNDERWAY.exists() or (VENV.exists() and not _environment_is_sound()):
        steps.begin("Removing a virtual environment that is not whole")
        shutil.rmtree(VENV)
    if VENV.exists():
        return
    steps.begin(f"Virtual environment {VENV}")
    _must_run(
        [_base_python(), "-m", "venv", "--without-pip", str(VENV)],
        "the virtual environment could not be made",
    )


def _environment_is_sound() -> bool:
    """Return whether the environment starts, with the Python version that runs this script."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([str(VENV_PYTHON), "-c", code], capture_output=True, text=True)
    except OSError:
        return False
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


# --- pip -----------------------------------------------------------------------------------------


def _pip() -> list[str]:
    """Return the beginning of a command line that installs into ``.venv``.

    The system's pip installs from outside. If that is missing or too old, pip is put into the
    environment by ensurepip, or installed from Debian.
    """
    if _outer_pip_will_do():
        return [_base_python(), "-m", "pip", "--python", str(VENV_PYTHON)]
    inner = [str(VENV_PYTHON), "-m", "pip"]
    if _works([*inner, "--version"]) or _works([str(VENV_PYTHON), "-m", "ensurepip"]):
        return inner
    if _can_apt():
        _apt_install(["python3-pip"])
        if _outer_pip_will_do():
            return [_base_python(), "-m", "pip", "--python", str(VENV_PYTHON)]
    raise SetUpError("pip is missing; on Debian: sudo apt-get install python3-pip")


def _outer_pip_will_do() -> bool:
    answer = subprocess.run([_base_python(), "-m", "pip", "--version"], capture_output=True)
    words = answer.stdout.decode(errors="replace").split()
    if answer.returncode != 0 or len(words) < 2:
        return False
    numbers = [int(part) for part in words[1].split(".")[:2] if part.isdigit()]
    return tuple(numbers) >= OLDEST_PIP


def _install(pip: list[str], what: list[str]) -> None:
    """Install requirements, in the versions of the constraints.

    Raises:
        SetUpError: pip failed; it has printed why, and has left the earlier state.
    """
    command = [*pip, "install", *_PIP_MANNERS, "--constraint", str(CONSTRAINTS), *what]
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    if subprocess.run(command, stdout=sys.stderr, env=environment).returncode != 0:
        UNDERWAY.unlink(missing_ok=True)
        raise SetUpError("pip could not install what is needed (see above); is the network up?")


# Not compiled: of some 10,000 modules a third is ever imported, and ``hand_over`` lets Python cache
# the bytecode of those. Compiling all takes half of the installation time.
_PIP_MANNERS = ["--no-input", "--disable-pip-version-check", "--only-binary=:all:", "--no-compile"]


def requirements(extras: tuple[str, ...]) -> list[str]:
    """Return the requirements of pyproject.toml, with the torch version chosen here."""
    import tomllib

    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return [one for one in wanted if not one.startswith("torch>")] + [f"torch=={TORCH}"]


# --- torch ---------------------------------------------------------------------------------------


def _install_torch(steps: Steps, pip: list[str]) -> None:
    """Install the torch build for the machine: with CUDA or, a tenth of the size, without."""
    cpu = f"torch=={TORCH}+cpu"
    if _torch_is_there():
        return
    if sys.platform != "linux":
        steps.begin("torch")
        _install(pip, [f"torch=={TORCH}"])
    elif has_nvidia():
        steps.begin("torch for the NVIDIA GPU of this machine (several GB)")
        _install(pip, [f"torch=={TORCH}"])
    elif _is_offered(pip, cpu):
        steps.begin("torch for the CPU")
        _install(pip, [cpu])
    elif answers(TORCH_CPU_INDEX + "/torch/"):
        steps.begin(f"torch for the CPU, from {TORCH_CPU_INDEX}")
        # Its dependencies are installed with the other packages, from their index.
        _install(pip, ["--no-deps", "--index-url", TORCH_CPU_INDEX, cpu])
    else:
        steps.begin(
            "torch with CUDA: no build for the CPU alone can be reached. This is a download of\n"
            "    several GB, of which this machine uses a tenth; it works all the same"
        )
        _install(pip, [f"torch=={TORCH}"])


def _torch_is_there() -> bool:
    code = "from importlib.metadata import version; print(version('torch'))"
    answer = subprocess.run([str(VENV_PYTHON), "-c", code], capture_output=True, text=True)
    return answer.stdout.strip().split("+")[0] == TORCH


def has_nvidia() -> bool:
    """Return whether the driver of an NVIDIA GPU is installed."""
    if Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi"):
        return True
    return not _lacks("libcuda.so.1")


def _is_offered(pip: list[str], requirement: str) -> bool:
    """Return whether pip's configured indexes offer the requirement."""
    return _works([*pip, "install", *_PIP_MANNERS, "--dry-run", "--no-deps", "-q", requirement])


def answers(address: str) -> bool:
    """Return whether a server answers within a few seconds, including the name look-up."""
    # urllib's own timeout does not cover the name look-up.
    code = f"import urllib.request as u; u.urlopen({address!r}, timeout={INDEX_PATIENCE_SECONDS})"
    try:
        command = [_base_python(), "-c", code]
        done = subprocess.run(command, capture_output=True, timeout=INDEX_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


# --- the machine for small networks --------------------------------------------------------------


def _build_machine(steps: Steps, pip: list[str]) -> None:
    """Compile the native engine, with this system's compiler or with a downloaded one.

    It is optional: on any failure small networks train on torch, and set-up continues.
    """
    steps.begin("Machine for small networks")
    if _compile_machine() != NO_COMPILER:
        return
    folder = ROOT / "build" / COMPILER
    try:
        _install(pip, ["--target", str(folder), COMPILER])
        _compile_machine(folder)
    except SetUpError:
        say("No compiler could be fetched either; the next change of the project tries again.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compile_machine(packages: Path | None = None) -> int:
    """Run ``installer.machine``; return its status. ``packages``: a folder of further packages."""
    environment = dict(os.environ)
    if packages is not None:
        environment["PYTHONPATH"] = str(packages)
    command = [str(VENV_PYTHON), "-m", "installer.machine"]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, env=environment, timeout=600)
    except (OSError, subprocess.TimeoutExpired):
        return 1
    return done.returncode


# --- the system ----------------------------------------------------------------------------------


def _see_to_system(steps: Steps, *, required: bool, freezing: bool = False) -> bool:
    """Install Qt's system libraries, if required and possible; return whether all are present.

    Raises:
        SetUpError: Something required is missing, and only an administrator can install it.
    """
    packages = missing_packages(freezing=freezing)
    if packages and required and _can_apt():
        steps.begin(f"From the system: {' '.join(packages)}")
        _apt_install(packages)
        packages = missing_packages(freezing=freezing)
    if packages and required:
        raise SetUpError(
            "the window needs libraries of the system that are missing. On Debian and its kin:\n\n"
            f"    sudo apt-get install {' '.join(packages)}\n\n"
            "Then start again. The commands of the terminal (run -- train ...) work without."
        )
    return not packages


def missing_packages(*, freezing: bool) -> list[str]:
    """Return the missing Debian packages for Qt and, with ``freezing``, for PyInstaller."""
    if sys.platform != "linux":
        return []
    packages = [package for library, package in LIBRARIES.items() if _lacks(library)]
    if not _has_font():
        packages.append(FONT_PACKAGE)
    if freezing:
        if not shutil.which("objdump"):
            packages.append("binutils")
        if _lacks_own_library():
            packages.append("libpython{}.{}".format(*sys.version_info[:2]))
    return packages


def _lacks_own_library() -> bool:
    """Return whether libpython is missing: Debian's Python does without, a frozen app cannot."""
    import sysconfig

    library = sysconfig.get_config_var("INSTSONAME") or ""
    return ".so" in library and _lacks(library)


def _lacks(library: str) -> bool:
    """Return whether the dynamic loader, which Qt uses as well, cannot load a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return True
    return False


def _has_font() -> bool:
    """Return whether any font is installed: without one all text is boxes."""
    return any(
        Path(file).suffix.lower() in FONT_SUFFIXES
        for folder in FONT_FOLDERS
        for _, _, files in os.walk(os.path.expanduser(folder))
        for file in files
    )


def _can_apt() -> bool:
    return not WINDOWS and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(packages: list[str]) -> None:
    """Install Debian packages, as root."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    # The package lists of a fresh system are empty, and old ones name packages that are gone.
    for command in (["apt-get", "update", "-qq"], install):
        if subprocess.run(command, stdout=sys.stderr, env=environment).returncode != 0:
            raise SetUpError(f"this failed (see above): {' '.join(command)}")


# --- processes -----------------------------------------------------------------------------------


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _must_run(command: list[str], complaint: str) -> None:
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode != 0:
        raise SetUpError(f"{complaint}:\n{answer.stdout}{answer.stderr}".rstrip())


def hand_over(arguments: list[str], command: str) -> int:
    """Replace this process by the environment's Python, in the original working directory."""
    if command != "run":
        os.chdir(ROOT)
        if command != "bench":
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    else:
        arguments = [str(ROOT / arguments[0]), *arguments[1:]]
    # Many containers set this; every start would compile torch and Qt's bindings again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return _replace_process([str(VENV_PYTHON), *arguments])


def _replace_process(command: list[str]) -> int:
    """Replace this process by a command; on Windows run it and exit with its status."""
    sys.stderr.flush()
    if WINDOWS:
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
