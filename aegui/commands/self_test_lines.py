"""Command lines for the self-test that together call every command and every file exporter.

``{f}`` is a temporary folder, ``{m}`` that of the shipped models. A line may use files that
earlier lines have written.
"""

from __future__ import annotations

LINES: tuple[tuple[str, str], ...] = (
    # Every kind of training: generated steps, populations, autograd, scipy, classifiers, GANs.
    ("train", "letters-course --epochs 60 --runs 2 --out {f}/a.aegui --keep --json"),
    ("train", "--resume {f}/a.aegui --epochs 80 --compact --out {f}/b.aegui"),
    ("train", "letters-denoise-2d --epochs 2 --out {f}/denoiser.aegui --yes"),
    ("train", "letters-contractive --epochs 2 --out {f}/contractive.aegui"),
    ("train", "letters-k-sparse --epochs 2"),
    ("train", "letters-bfgs --epochs 2"),
    ("train", "letters-cg --epochs 1"),
    ("train", "mnist-vae-2 --data digits --epochs 1 --out {f}/vae.aegui"),
    ("train", "mnist-conv-2 --data digits --epochs 1 --dry-run"),
    ("train", "{f}/classifier.json --out {f}/classifier.aegui --keep"),
    ("train", "digits-gan --epochs 1 --out {f}/gan.aegui"),
    ("summary", "mnist-conv-2 --data digits -o {f}/layers.csv"),
    ("code", "{f}/a.aegui --as numpy --check -o {f}/network.py"),
    ("code", "{f}/a.aegui --as notebook -o {f}/network.ipynb"),
    ("export", "{f}/a.aegui -o {f}/network.onnx"),
    ("export", "{f}/vae.aegui --part encoder -o {f}/encoder.onnx"),
    ("export", "{f}/a.aegui -o {f}/weights.safetensors"),
    ("export", "{f}/a.aegui -o {f}/drawn.bdf"),
    ("export", "lowercase -o {f}/columns.h"),
    ("train", "challenge-fast --epochs 2"),
    ("recipes", "noise --json"),
    ("history", "{f}/b.aegui --json"),
    ("evaluate", "{f}/a.aegui {f}/b.aegui --noise flip:0.1 --draws 64 --json"),
    ("evaluate", "{f}/classifier.aegui --json"),
    ("evaluate", "{f}/vae.aegui --json"),
    # Codes, maps and what is derived from them; each file format once.
    ("encode", "{f}/a.aegui -o {f}/codes.csv"),
    ("decode", "{f}/a.aegui --at 0.3,-0.2 -o {f}/glyph.png"),
    ("map", "{f}/a.aegui --layer stretch --columns 8 -o {f}/stretch.png"),
    ("map", "{f}/a.aegui --layer density --columns 8 -o {f}/density.csv"),
    ("map", "{f}/a.aegui --layer images --columns 4 -o {f}/map.png"),
    ("path", "{f}/a.aegui --from a --to o --kind geodesic -n 4 -o {f}/film.gif"),
    ("page", "{f}/a.aegui -o {f}/page.html"),
    ("finds", "{f}/a.aegui -n 3 -o {f}/finds.h"),
    ("concept", "{f}/a.aegui --plus a,b --minus c,d --apply e --steps 3 -o {f}/concept.png"),
    ("traverse", "{f}/a.aegui --steps 3 -o {f}/traverse.png"),
    ("sample", "{m}/emoji-faces-16.aegui -n 4 -o {f}/sample.png"),
    ("judge", "{f}/gan.aegui {f}/classifier.aegui -n 20 --json"),
    ("project", "{f}/a.aegui --method code,pca,tsne --iterations 10 -o {f}/maps.svg"),
    ("project", "digits --method pca --samples 100 -o {f}/maps.csv --json"),
    # Noise.
    ("limit", "--data lowercase --noise flip:0.1 --draws 64 --pairs 2 --markdown"),
    ("denoise", "{f}/denoiser.aegui --in lowercase --noise flip:0.1 -o {f}/repaired.txt"),
    ("complete", "{f}/denoiser.aegui --in {f}/glyph.png --erase 0,0,2,2 -o {f}/done.json"),
    (
        "noise-matrix",
        "--levels 0,0.2 --seeds 1 --epochs 2 --copies 1 --draws 32 --jobs 1 --folder {f}/matrix "
        "-o {f}/matrix.png --yes",
    ),
    ("noise-curves", "{f}/a.aegui --levels 0,0.2 --draws 32 -o {f}/noise.pdf --json"),
    # Every figure, every format.
    ("figure", "{f}/a.aegui latent -o {f}/latent.pdf -o {f}/latent.csv"),
    ("figure", "{f}/a.aegui curves -o {f}/curves.svg"),
    ("figure", "{f}/a.aegui reconstructions -o {f}/reconstructions.png"),
    ("figure", "{f}/a.aegui errors -o {f}/errors.png"),
    ("figure", "{f}/a.aegui noise --draws 32 --levels 0,0.2 -o {f}/noise.png"),
    ("figure", "{f}/a.aegui grid --columns 4 -o {f}/grid.png"),
    ("figure", "{f}/a.aegui traversal --steps 3 -o {f}/traversal.png"),
    # Data and foreign files.
    ("data", "{f}/a.aegui --json"),
    ("data", "emoji --size 16x16 --count 40"),
    ("data", "{f}/pictures --size 8x8 --json"),
    ("data", "{f}/table.csv --json"),
    ("data", "{f}/array.npz --json"),
    ("convert", "{f}/finds.h {f}/finds.json"),
    ("convert", "{f}/course.yaml {f}/course.json"),
    ("nearest", "{f}/gan.aegui {f}/pictures/a/0.png --seconds 1"),
    ("report", "{f}/a.aegui -o {f}/report"),
    ("lesson list", "--json"),
    ("lesson check", "why-two --try --seeds 1"),
    ("teacher check", "{f}/class.aegui-teacher"),
    ("gpu", "--json"),
    ("report-problem", "-o {f}/problem.zip"),
    # Studies: in this process, and in a process that this program starts.
    ("study", "{f}/plan.json --jobs 2 -o {f}/study --figures {f}/figures --forms svg,csv --keep"),
    ("study", "{f}/plan.json --units {f}/units"),
    ("study-unit", "{f}/units 1"),
    ("race", "letters-course --optimisers adam,lbfgs --epochs 5 -o {f}/race.png "
             "--trails {f}/trails.png"),
    ("smallest", "letters-course --wrong 35 --seeds 1 --epochs 1 -o {f}/smallest.json"),
    # The library, in a folder of the test's own.
    ("parity", "-o {f}/parity.html --json"),
    ("runs list", "--json --sort wrong --group data"),
    ("runs show", "classes"),
    ("runs star", "classes"),
    ("runs tag", "classes --add more"),
    ("runs edit", "classes --name first --note words"),
    ("runs add", "{f}/b.aegui --tag test"),
    ("train", "{f}/classifier.json --epochs 1 --keep"),
    ("runs diff", "first classes"),
    ("runs export", "first --tensorboard {f}/events -o {f}/history.csv"),
    ("runs rm", "classes"),
    ("runs tidy", "--json"),
)  # fmt: skip
"""Name of a command, and its arguments."""

PLAN = {
    "format": "aegui-study",
    "version": 1,
    "name": "self-test",
    "recipe": "letters-course",
    "set": {"training.epochs": 3, "training.goals.max_wrong_pixels": None},
    "seeds": {"count": 2},
    "axes": [
        {
            "label": "rate",
            "rows": [
                {"label": text, "set": {"training.optimizer.learning_rate": float(text)}}
                for text in ("0.01", "0.001")
            ],
        }
    ],
}
"""The plan of the study that is run."""

CLASS = {
    "format": "aegui-teacher",
    "version": 1,
    "lesson": "compress",
    "hidden": {"panels": ["races"]},
    "locked": {"fields": ["network"]},
}
"""The content of a teacher file."""

CLASSIFIER = {
    "format": "aegui-recipe",
    "version": 1,
    "name": "classes",
    "data": {"source": "digits", "split": {"validation": 0.25}},
    "network": {"encoder": [{"units": 32}], "latent": {"units": 16}},
    "training": {"epochs": 2, "batch_size": 64, "device": "cpu"},
    "classifier": {"pretrain": {"epochs": 1}},
}
"""Recipe of a stacked autoencoder as a classifier of digits."""

COURSE = """\
architecture: [35, 16, 2, 16, 35]
activation: tanh
learning_rate: 0.01
epochs: 100
"""
"""Configuration of a course project."""
