"""What is left out of the frozen app, and why; read by ``aegui.spec`` and the tests.

``aegui self-test`` detects a list that is too long: it uses every command, panel and exporter.
"""

from __future__ import annotations

import re

FILES: tuple[tuple[str, str], ...] = (
    ("tests and tools of torch; torch_shm_manager is what shared tensors need", r"torch/test/"),
    ("likewise", r"torch/bin/(?!torch_shm_manager)"),
    ("for those who build extensions of torch", r"torch/(include|share)/"),
    ("likewise", r"torch/lib/.*\.(a|lib)$"),
    (
        "tests of torch",
        r"torch/lib/lib(torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops)\b",
    ),
    (
        # 46 MB of text beside the bytecode. torch reads its own source only where a configuration
        # is declared by comments, and where functions are annotated for TorchScript.
        "source text of torch that nobody reads",
        r"torch/(?!functional\.py|overrides\.py|_jit_internal\.py|__init__\.py|cuda/__init__\.py"
        r"|nn/|jit/|_library/|_native/|utils/_debug_mode/|.*config\.py).*\.pyi?$",
    ),
    ("lists of files that only pip reads, and licences are kept", r".*\.dist-info/(RECORD|WHEEL)$"),
    ("names and versions of what is left out", r"hypothesis-[^/]*\.dist-info/"),
    ("the looks of GTK, and with them all of GTK", r"PySide6/Qt/plugins/platformthemes/libqgtk3"),
    (
        "likewise",
        r"lib(gtk-3|gdk-3|gdk_pixbuf-2\.0|atk-1\.0|atk-bridge-2\.0|atspi|cairo|cairo-gobject)\.so",
    ),
    (
        "likewise",
        r"lib(pango|pangocairo|pangoft2|epoxy|harfbuzz|thai|datrie|fribidi|graphite2|pixman)\b"
        r"[^/]*\.so",
    ),
    (
        "screens that are no desktop's",
        r"PySide6/Qt/plugins/platforms/libq(eglfs|linuxfb|minimalegl|vkkhrdisplay|vnc)",
    ),
    (
        "plugins of Qt for what the program does not do: networks, databases, joysticks",
        r"PySide6/Qt/plugins/(egldeviceintegrations|generic|networkinformation|tls|sqldrivers)/",
    ),
    (
        "likewise: declarative windows",
        r"PySide6/Qt/plugins/(qmltooling|qmllint|designer|scxmldatamodel|vectorimageformats)/",
    ),
    (
        "modules of Qt that only those plugins asked for",
        r"(PySide6/Qt/lib/lib|lib)?Qt6?(Egl[Ff]\w*|Qml\w*|Quick\w*|Sql|Network|VirtualKeyboard)\b"
        r".*\.so",
    ),
    ("likewise", r"PySide6/Qt/qml/"),
    (
        "kinds of pictures that Qt is never given: files of people are read by Pillow",
        r"PySide6/Qt/plugins/imageformats/libq(tiff|icns|tga|wbmp)",
    ),
    (
        "Qt's own words in languages that the program does not speak",
        r"PySide6/(Qt/)?translations/(?!qtbase_(es|en))",
    ),
    (
        # libstdc++ and libraries that compiled packages bring are kept; those of a desktop belong
        # to the system, which updates them: the .deb depends on their packages.
        "libraries that every desktop has, of glib, X11 and D-Bus",
        r"lib(glib|gio|gobject|gmodule|gthread)-2\.0\.so",
    ),
    ("likewise", r"lib(X11|X11-xcb|Xau|Xdmcp|Xext|Xi|Xrender|Xrandr|Xcursor|Xfixes)\.so"),
    ("likewise", r"lib(Xcomposite|Xdamage|Xinerama|fontconfig|freetype|expat|png16|dbus-1)\.so"),
    (
        "likewise: what D-Bus and Kerberos brought with them",
        r"lib(systemd|gcrypt|gpg-error|cap|lz4|selinux|mount|blkid|pcre2-8|bsd|md|keyutils)\.so",
    ),
    ("likewise", r"lib(krb5|krb5support|k5crypto|gssapi_krb5|com_err|brotlicommon|brotlidec)\.so"),
    ("a library of JPEG that only GTK's theme and Qt's WebP of the system ask for", r"libjpeg\.so"),
    (
        # The system updates it more often than a program is released. Only downloads need it.
        "the system's OpenSSL, for downloads",
        r"lib(ssl|crypto)\.so",
    ),
    ("lines edited in Python's own prompt, of which there is none", r"lib(readline|ncursesw)\.so"),
    (
        "likewise, and codecs of East Asian texts",
        r"python3\.\d+/lib-dynload/(readline|_curses|_curses_panel|_codecs_\w+|_dbm|_gdbm|nis)\.",
    ),
    (
        "reading and writing of matrices in files of other programs",
        r"scipy/io/(_fast_matrix_market|matlab|arff)/",
    ),
    (
        "texts for translators, who read them in the sources",
        r"resources/translations/.*\.(pot?|ts)$",
    ),
    ("for compilers", r".*\.(pyi|pxd|pyx|h|hpp|c|cpp)$"),
    ("pictures and pages of a cluster's dashboard", r"(distributed|dask|tornado)/"),
)
"""Reason, and a regular expression matched at the beginning of the path in the bundle."""

DESKTOP: dict[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXcomposite.so.1": "libxcomposite1",
    "libXcursor.so.1": "libxcursor1",
    "libXdamage.so.1": "libxdamage1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXinerama.so.1": "libxinerama1",
    "libXrandr.so.2": "libxrandr2",
    "libXrender.so.1": "libxrender1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libcrypto.so.3": "libssl3t64 | libssl3",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgbm.so.1": "libgbm1",
    "libgio-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgmodule-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libjpeg.so.62": "libjpeg62-turbo | libjpeg62",
    "libpng16.so.16": "libpng16-16t64 | libpng16-16",
    "libssl.so.3": "libssl3t64 | libssl3",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb.so.1": "libxcb1",
}
"""Debian's package of each desktop library that the bundle needs."""

MODULES: dict[str, str] = {
    "IPython": "a prompt",
    "PIL.ImageQt": "another bridge to Qt",
    "PySide6.QtDesigner": "a maker of forms",
    "PySide6.QtNetwork": "nothing of Qt's goes over a network",
    "PySide6.QtOpenGL": "charts are painted without it: see stand_ins.py",
    "PySide6.QtOpenGLWidgets": "likewise",
    "PySide6.QtTest": "tests; pyqtgraph takes it where it is there",
    "PIL._avif": "reading of AVIF, whose library is 5 MB",
    "PIL._imagingcms": "colours of printers",
    "PIL._imagingft": "letters in pictures, which Qt paints here",
    "PIL.ImageTk": "another toolkit of windows",
    "_pytest": "tests",
    "av": "films as MP4: its libraries are GPL (extra: film)",
    "babel": "translators' tools",
    "caffe2": "an ancestor of torch",
    "click": "command lines of others",
    "dask": "clusters (extra: cluster)",
    "distributed": "clusters (extra: cluster)",
    "hypothesis": "tests",
    "jinja2": "texts of torch's compiler",
    "joblib": "scikit-learn",
    "lib2to3": "an old Python's sources",
    "markdown_it": "texts on a terminal",
    "matplotlib": "other charts",
    "mpmath": "sympy",
    "mypy": "types",
    "narwhals": "tables of others",
    "networkx": "graphs of torch's compiler",
    "onnx": "another format of networks",
    "optuna": "guided search of studies (extra: search)",
    "pandas": "tables",
    "pip": "packages",
    "pydantic.mypy": "types",
    "pydantic.v1": "an old pydantic",
    "pydoc_data": "texts of Python's help",
    "pygments": "colours of source text",
    "pyqtgraph.console": "a prompt",
    "pyqtgraph.examples": "examples",
    "pyqtgraph.flowchart": "a toolkit that is not used",
    "pyqtgraph.jupyter": "a prompt",
    "pyqtgraph.opengl": "charts in space",
    "pytest": "tests",
    "rich": "texts on a terminal",
    "scipy.cluster": "clusters of samples",
    "scipy.datasets": "data to download",
    "scipy.io.arff": "files of other programs",
    "scipy.integrate": "scipy.stats",
    "scipy.io.matlab": "files of other programs",
    "scipy.optimize._highspy": "linear programs: see stand_ins.py",
    "scipy.special.cython_special": "scipy.stats",
    "scipy.stats": "distributions and tests; verdicts compute theirs by scipy.special",
    "setuptools": "packages",
    "sklearn": "neighbours and components, of which the program has its own: see stand_ins.py",
    "sympy": "formulas of torch's compiler",
    "tensorboard": "another window; its files are written without it",
    "threadpoolctl": "scikit-learn",
    "tkinter": "another toolkit of windows",
    "tlz": "clusters",
    "toolz": "clusters",
    "torch._dynamo": "torch's compiler: generated steps need none, nor an optimiser of torch's",
    "torch._inductor": "torch's compiler",
    "torch._numpy": "torch's compiler",
    "torch.ao.ns": "networks in whole numbers",
    "torch.ao.pruning": "networks with holes",
    "torch.distributed._composable": "networks over many machines",
    "torch.distributed._shard": "networks over many machines",
    "torch.distributed.checkpoint": "networks over many machines",
    "torch.distributed.elastic": "networks over many machines",
    "torch.distributed.fsdp": "networks over many machines",
    "torch.distributed.pipelining": "networks over many machines",
    "torch.distributed.tensor": "networks over many machines",
    "torch.onnx": "another format of networks",
    "torch.testing._internal.codegen": "tests of torch",
    "torch.testing._internal.common_device_type": "tests of torch",
    "torch.testing._internal.common_distributed": "tests of torch",
    "torch.testing._internal.common_jit": "tests of torch",
    "torch.testing._internal.common_methods_invocations": "tests of torch",
    "torch.testing._internal.common_modules": "tests of torch",
    "torch.testing._internal.common_nn": "tests of torch",
    "torch.testing._internal.common_quantization": "tests of torch",
    "torch.testing._internal.common_utils": "tests of torch",
    "torch.testing._internal.distributed": "tests of torch",
    "torch.testing._internal.generated": "tests of torch",
    "torch.testing._internal.jit_utils": "tests of torch",
    "torch.testing._internal.opinfo": "tests of torch",
    "torch.utils.benchmark": "measuring of torch",
    "torch.utils.tensorboard": "another window",
    "tornado": "clusters",
}
"""Purpose of each module that is left out with its submodules; the program imports none."""


def needed(target: str) -> bool:
    """Return whether a file belongs into the bundle, by its path there."""
    place = target.replace("\\", "/")
    return not any(re.match(pattern, place) for _, pattern in FILES)
