"""The table of all commands: name, function, help, and options.

The function's module is imported when it is called: ``aegui --help`` needs no numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aegui.commands import options, program_options, runs_options, study_options
from aegui.core.i18n import mark

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from aegui.commands.option import Option


class Command(NamedTuple):
    """One command."""

    name: str
    """Name on the command line."""
    function: str
    """``module:name`` of its function in ``aegui.commands``, which takes the options and returns
    the exit code."""
    help: str
    """Its line in the list of commands."""
    description: str
    """First text of its own help."""
    options: tuple[Option, ...]
    """Its arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Check the options and run the command; return its exit code.

        Raises:
            AeguiError: A number is out of bounds, or the command itself refuses.
        """
        from importlib import import_module

        for option in self.options:
            option.check(options)
            option.check_apart(options, self.options)
        module, name = self.function.split(":")
        does: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"aegui.commands.{module}"), name
        )
        return does(options)

    def call(self, words: Sequence[str]) -> int:
        """Run the command on ``words``, as if typed after its name; return its exit code.

        Raises:
            AeguiError: As for ``run``.
            SystemExit: ``words`` are not a line of this command.
        """
        import argparse

        parser = argparse.ArgumentParser(prog=f"aegui {self.name}")
        for option in self.options:
            option.add_to(parser)
        return self.run(parser.parse_args(words))


_ROWS = (
    Command(
        "train",
        "train:train_command",
        mark("train a recipe"),
        mark("Train a recipe."),
        options.TRAIN,
    ),
    Command(
        "evaluate",
        "evaluate:evaluate_command",
        mark("wrong pixels of a saved run, with and without noise"),
        mark("Print the wrong pixels of a saved run, beside the Bayes limit where it is known."),
        options.EVALUATE,
    ),
    Command(
        "encode",
        "codes:encode_command",
        mark("the codes of data, as CSV"),
        mark("Write the code of every sample as CSV: label, name, z1, z2 ..."),
        options.ENCODE,
    ),
    Command(
        "decode",
        "codes:decode_command",
        mark("the image at a point of the latent space"),
        mark("Decode points of the latent space into an image."),
        options.DECODE,
    ),
    Command(
        "data",
        "data:data_command",
        mark("the card of a set: classes, source, duplicates, close pairs"),
        mark(
            "Describe what is read from a file, a folder of images or a built-in set: size, "
            "classes, source and licence, duplicates and the closest pairs."
        ),
        options.CARD,
    ),
    Command(
        "convert",
        "files:convert_command",
        mark("convert glyphs to another format, or any configuration to a recipe"),
        mark(
            "Convert glyphs between .h, .bdf, .json, .txt and .png, any images to .json, .png, "
            ".npz, .idx or a new folder; a course configuration or the recipe in an .aegui file to "
            "a recipe .json."
        ),
        options.CONVERT,
    ),
    Command(
        "history",
        "history:history_command",
        mark("how a saved run came to be"),
        mark(
            "Print every training that has led to a run: its epochs, the settings that it began "
            "with, and what was changed while it ran."
        ),
        options.HISTORY,
    ),
    Command(
        "project",
        "project:project_command",
        mark("maps by PCA, t-SNE, UMAP and the network, and the quality of each"),
        mark(
            "Make maps of samples by PCA, t-SNE, UMAP and the network, and report trustworthiness, "
            "kNN accuracy and reconstruction error of each."
        ),
        options.PROJECT,
    ),
    Command(
        "sample",
        "samples:sample_command",
        mark("new images of a GAN or a variational autoencoder"),
        mark("Decode codes drawn from a normal distribution into new images."),
        options.SAMPLE,
    ),
    Command(
        "nearest",
        "samples:nearest_command",
        mark("the images nearest to given ones that a GAN can draw, and their codes"),
        mark(
            "Search for the code of each image by gradient, from several random codes: a GAN has "
            "no encoder. Prints the mean squared error of the image found, beside that of an "
            "image of a random code."
        ),
        options.NEAREST,
    ),
    Command(
        "judge",
        "judge:judge_command",
        mark("new images of a model, judged by a classifier"),
        mark(
            "Evaluate new images of a GAN or a variational autoencoder by a classifier that was "
            "trained on real ones: the share of confident predictions and of each class, compared "
            "with real images and with chance, the spread of the images of a class, and their "
            "distance to the training images."
        ),
        options.JUDGE,
    ),
    Command(
        "map",
        "map:map_command",
        mark("the latent map, or a layer of it, as a picture"),
        mark(
            "Write the map as a sheet of decoded images, or one of its layers: the uncertainty or "
            "novelty of the images, how fast they change, the density of the codes."
        ),
        options.MAP,
    ),
    Command(
        "page",
        "page:page_command",
        mark("trained maps as one interactive HTML page"),
        mark(
            "Write one HTML file with the maps of trained networks for any browser, with nothing "
            "installed and no connection: it decodes under the cursor, plays the epochs, and "
            "answers drawings."
        ),
        options.PAGE,
    ),
    Command(
        "report",
        "report:report_command",
        mark("a hand-in of runs and studies: slides, PDF, HTML, figures, tables"),
        mark(
            "Write a folder to hand in: slides with a finding and a figure each, the same as PDF "
            "and as one HTML page, every figure as SVG and PNG, tables as CSV, configurations, the"
            " command lines, and the maps as an interactive page."
        ),
        options.REPORT,
    ),
    Command(
        "path",
        "making:path_command",
        mark("a film of the path from one image to another"),
        mark(
            "Write the images decoded along a path between places of the latent space. A place is "
            "a sample, by its label or name, or a code such as 0.3,-1.2."
        ),
        options.PATH,
    ),
    Command(
        "finds",
        "making:finds_command",
        mark("the best new images that a network can draw"),
        mark(
            "Look for images that are new, sharp and unlike one another, and print how new each is."
        ),
        options.FINDS,
    ),
    Command(
        "concept",
        "making:concept_command",
        mark("the difference between groups of samples, applied to others"),
        mark(
            "Compute the vector from the mean code of some samples to that of others, and write "
            "its effect on a sample: from minus to plus this vector, a row for each sample."
        ),
        options.CONCEPT,
    ),
    Command(
        "traverse",
        "making:traverse_command",
        mark("what each number of the code does by itself"),
        mark("Write a sheet with a row for each number of the code, from low to high."),
        options.TRAVERSE,
    ),
    Command(
        "limit",
        "noise:limit_command",
        mark("the Bayes limit of denoising characters"),
        mark(
            "Print the fewest wrong pixels that any answer to noisy characters can have on average "
            "(Bayes): exactly where all outcomes of the noise can be enumerated, otherwise "
            "estimated from draws, with a standard error."
        ),
        options.LIMIT,
    ),
    Command(
        "denoise",
        "noise:denoise_command",
        mark("denoise images with a saved run"),
        mark("Denoise images by a network, once or repeatedly."),
        options.DENOISE,
    ),
    Command(
        "complete",
        "complete:complete_command",
        mark("fill in a missing part of images with a saved run"),
        mark(
            "Erase a rectangle of images and let a network draw it; all other pixels stay as they "
            "are. Best with a network that was trained with the noise block."
        ),
        options.COMPLETE,
    ),
    Command(
        "study",
        "study:study_command",
        mark("compare settings over seeds: a grid, a path or a search"),
        mark(
            "Train every setting of a plan with several seeds and report the best, with mean, "
            "deviation and the share of the seeds that reach the goal. Finished runs are kept; the"
            " same command resumes."
        ),
        study_options.STUDY,
    ),
    Command(
        "parity",
        "parity:parity_command",
        mark("published figures beside those of this machine, ticked where reached"),
        mark(
            "List the figures of course works and papers beside those trained and kept here, with "
            "the theoretical limit where there is one. --train trains what a row needs, and keeps "
            "it."
        ),
        study_options.PARITY,
    ),
    Command(
        "study-unit",
        "study:unit_command",
        mark("run one unit of a study, as a job of a cluster"),
        mark("Run one of the units that “aegui study --units” has written."),
        study_options.UNIT,
    ),
    Command(
        "race",
        "races:race_command",
        mark("optimisers from the same start, by epochs, evaluations and seconds"),
        mark(
            "Train with several optimisers from the same initial weights, and rank them: lowest "
            "loss, wrong pixels, epochs, evaluations of the loss and seconds."
        ),
        study_options.RACE,
    ),
    Command(
        "smallest",
        "races:smallest_command",
        mark("the smallest network that still reaches a goal"),
        mark(
            "Shrink the layers of a network while every sample has few enough wrong pixels in "
            "enough seeds, and report the smallest one. All attempts are kept: nothing is trained "
            "twice."
        ),
        study_options.SMALLEST,
    ),
    Command(
        "noise-matrix",
        "noise_studies:matrix_command",
        mark("networks trained with each of several noises, tested with each"),
        mark(
            "Train networks with several noises, all together, and test each with each: wrong "
            "pixels per character beside the Bayes limit."
        ),
        options.NOISE_MATRIX,
    ),
    Command(
        "noise-curves",
        "noise_studies:curves_command",
        mark("wrong pixels of saved runs against the level of a noise"),
        mark(
            "Test saved runs at every level of a noise, beside the Bayes limit, copying the input "
            "and principal components. A file with several runs gives their mean and deviation."
        ),
        options.NOISE_CURVES,
    ),
    Command(
        "figure",
        "figure:figure_command",
        mark("a figure for a report, as PNG, SVG, PDF, or its numbers as CSV"),
        mark(
            "Draw a figure of a saved run for a report: latent (codes with their letters), curves "
            "(of the training), reconstructions (original, noisy, answer), errors (wrong pixels of "
            "each character), noise (wrong pixels against its level), confusion (of a "
            "classifier), grid (decoded images in rows and columns) or traversal (each number of "
            "the code by itself)."
        ),
        options.FIGURE,
    ),
    Command(
        "summary",
        "summary:summary_command",
        mark("the layers of a network, their shapes and parameters"),
        mark(
            "Print a table of the layers of a recipe or a saved run: kind, settings, output shape, "
            "parameters, and the totals."
        ),
        options.SUMMARY,
    ),
    Command(
        "code",
        "code:code_command",
        mark("the network, loss and training loop as standalone code, verified"),
        mark(
            "Print the network of a recipe or a saved run as code that runs without this program, "
            "with the same initial weights and random numbers; with --check it is run beside the "
            "program's own training, and the losses of ten steps are compared."
        ),
        options.CODE,
    ),
    Command(
        "export",
        "export:export_command",
        mark("a network as ONNX or safetensors, glyphs as a font"),
        mark(
            "Write a trained network for other programs: as ONNX, or its weights as safetensors "
            "under the names of the PyTorch code. Glyphs become a font for character displays: a "
            "C header of columns, or BDF; of a run those that it draws."
        ),
        options.EXPORT,
    ),
    Command(
        "download",
        "data:download_command",
        mark("download MNIST or Fashion-MNIST"),
        mark("Download a set once and check its checksums; an interrupted download is resumed."),
        program_options.DOWNLOAD,
    ),
    Command(
        "recipes",
        "recipes:recipes_command",
        mark("the networks to start from, as the gallery shows them"),
        mark(
            "List the shipped recipes and your own, in the groups of the gallery: level, kind, "
            "data, size of the code, parameters, and training time on this machine."
        ),
        program_options.RECIPES,
    ),
    Command(
        "runs list",
        "runs:list_command",
        mark("the kept runs: filter, sort, group"),
        mark("List the kept runs, filtered, sorted, or grouped with mean and spread."),
        runs_options.RUNS_LIST,
    ),
    Command(
        "runs show",
        "runs:show_command",
        mark("all that is known of a kept run"),
        mark("Print name, note, tags, environment and the figures of every seed of a kept run."),
        runs_options.RUNS_SHOW,
    ),
    Command(
        "runs diff",
        "runs:diff_command",
        mark("the differences of two kept runs, and whether one is better"),
        mark("Print the difference of two recipes in words, and the verdict of a test over seeds."),
        runs_options.RUNS_DIFF,
    ),
    Command(
        "runs export",
        "runs:export_command",
        mark("run file, recipe, history, or event files of TensorBoard"),
        mark("Write kept runs, or those of a study, to files of your own."),
        runs_options.RUNS_EXPORT,
    ),
    Command(
        "runs add",
        "runs:add_command",
        mark("keep run files in the library"),
        mark("Keep copies of run files in the library."),
        runs_options.RUNS_ADD,
    ),
    Command(
        "runs star",
        "runs:star_command",
        mark("mark kept runs with a star"),
        mark("Mark kept runs with a star, or remove it."),
        runs_options.RUNS_STAR,
    ),
    Command(
        "runs tag",
        "runs:tag_command",
        mark("add and remove tags"),
        mark("Add and remove tags of kept runs; without a run the tags in use are listed."),
        runs_options.RUNS_TAG,
    ),
    Command(
        "runs edit",
        "runs:edit_command",
        mark("another name or note"),
        mark("Give a kept run another name or note."),
        runs_options.RUNS_EDIT,
    ),
    Command(
        "runs rm",
        "runs:remove_command",
        mark("move kept runs to the trash"),
        mark("Move kept runs to the trash; nothing is removed until it is emptied."),
        runs_options.RUNS_RM,
    ),
    Command(
        "runs restore",
        "runs:restore_command",
        mark("take runs out of the trash"),
        mark("Take runs, and files that were put there, out of the trash again."),
        runs_options.RUNS_RESTORE,
    ),
    Command(
        "runs tidy",
        "runs:tidy_command",
        mark("disk use; keep the best of each study, empty the trash"),
        mark("Print the disk use of the library, and reduce it on request."),
        runs_options.RUNS_TIDY,
    ),
    Command(
        "lesson list",
        "lessons:list_command",
        mark("the lessons that ship"),
        mark("List the lessons that ship with the program."),
        program_options.LESSONS,
    ),
    Command(
        "lesson check",
        "lessons:check_command",
        mark("validate a lesson, and test whether its checks are met"),
        mark(
            "Read a lesson and print its errors; with --try run its trainings too, and test the "
            "checks of each step."
        ),
        program_options.LESSON_CHECK,
    ),
    Command(
        "teacher check",
        "teacher:check_command",
        mark("validate a teacher file, and print what it hides and locks"),
        mark("Read a teacher file and print what it hides, locks and starts with, or its errors."),
        program_options.TEACHER_CHECK,
    ),
    Command(
        "report-problem",
        "problem:report_problem_command",
        mark("versions, log and recipe in a file, for a problem report"),
        mark("Collect the information that a problem report needs. Nothing is sent."),
        program_options.REPORT_PROBLEM,
    ),
    Command(
        "gpu",
        "gpu:gpu_command",
        mark("whether training uses a graphics card, and how to enable it"),
        mark("Print whether this program trains on a graphics card, and how to enable it."),
        program_options.GPU,
    ),
    Command(
        "self-test",
        "self_test:self_test_command",
        mark("try everything once: every command, panel and menu"),
        mark(
            "Try everything once: train, save, reload, call every command, write every kind of "
            "file, open the window, see every panel, go through the menus, quit."
        ),
        program_options.SELF_TEST,
    ),
)
"""All commands, in the order of ``aegui --help``."""

COMMANDS = {command.name: command for command in _ROWS}
"""All commands by name; the words of a name are separate arguments."""

FAMILIES = {
    "teacher": (
        mark("teacher files: check one"),
        mark("Files that set the window up for a class, and hide or lock controls."),
    ),
    "lesson": (
        mark("lessons: list them, check a file of your own"),
        mark("The lessons."),
    ),
    "runs": (
        mark("the library of kept runs: list, compare, export, tidy up"),
        mark("The library of kept runs."),
    ),
}
"""Help line and description of the first word of two-word commands."""
