"""The table of all commands: name, function, help, and options.

The function's module is imported when it is called: ``aegui --help`` needs no numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aegui.commands import options, program_options, runs_options, study_options
from aegui.core.i18n import mark

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from aegui.commands.option import Option


class Command(NamedTuple):
    """One command.

    Attributes:
        name: Name on the command line.
        function: ``module:name`` of its function in ``aegui.commands``, which takes the options and
            returns the exit code.
        help: Its line in the list of commands.
        description: First text of its own help.
        options: Its arguments.
    """

    name: str
    function: str
    help: str
    description: str
    options: tuple[Option, ...]

    def run(self, given: argparse.Namespace) -> int:
        """Check the options and run the command; return its exit code.

        Raises:
            AeguiError: A number is out of bounds, or the command itself refuses.
        """
        from importlib import import_module

        for option in self.options:
            option.check(given)
        module, name = self.function.split(":")
        does: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"aegui.commands.{module}"), name
        )
        return does(given)


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
            "Convert glyphs between .h, .json, .txt and .png; a course configuration or the "
            "recipe in an .aegui file to a recipe .json."
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
        mark("maps by PCA, t-SNE, UMAP and the network, and how good each is"),
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
            "Show new images of a GAN or a variational autoencoder to a classifier that was "
            "trained on real ones: of how many it is sure, and which classes it sees, beside "
            "what it makes of real images and of chance, how much images of a class differ, and "
            "how far they are from those that were learnt."
        ),
        options.JUDGE,
    ),
    Command(
        "map",
        "map:map_command",
        mark("the latent map, or a layer of it, as a picture"),
        mark(
            "Write the map as a sheet of decoded images, or one of its layers: how undecided or "
            "new the images are, how fast they change, where codes lie."
        ),
        options.MAP,
    ),
    Command(
        "page",
        "page:page_command",
        mark("trained maps as one HTML page that decodes by itself"),
        mark(
            "Write one HTML file in which anybody can wander over the maps of trained networks, in "
            "any browser, with nothing installed and no connection: it decodes under the cursor, "
            "plays the epochs, and answers drawings."
        ),
        options.PAGE,
    ),
    Command(
        "report",
        "report:report_command",
        mark("a hand-in of runs and studies: slides, PDF, HTML, figures, tables"),
        mark(
            "Write a folder to hand in: slides with a finding and a figure each, the same as PDF "
            "and as one HTML page, every figure as SVG and PNG, tables as CSV, configurations, the "
            "command lines, and the maps as a page that decodes by itself."
        ),
        options.REPORT,
    ),
    Command(
        "path",
        "making:path_command",
        mark("a film of the path from one image to another"),
        mark(
            "Go from one place of the latent space to another and write what the network draws on "
            "it. A place is a sample, by its label or name, or a code such as 0.3,-1.2."
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
        mark("what sets some samples apart, applied to others"),
        mark(
            "Take the step from the mean code of some samples to that of others, and write what it "
            "does to a sample: from the step back to the step ahead, a row for each."
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
        mark("how well noisy characters can be repaired at all"),
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
        mark("repair images with a saved run"),
        mark("Let a network repair images, once or again and again."),
        options.DENOISE,
    ),
    Command(
        "complete",
        "complete:complete_command",
        mark("let a saved run draw a missing part of images"),
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
            "Train every setting of a plan with several seeds and tell which is best, with mean, "
            "deviation and the share of the seeds that reach the goal. What is finished is kept: "
            "the same line goes on where it was left."
        ),
        study_options.STUDY,
    ),
    Command(
        "parity",
        "parity:parity_command",
        mark("published figures beside those of this machine, with a tick where reached"),
        mark(
            "List the figures of course works and papers beside what was trained and kept here, "
            "with the limit that nothing can pass where there is one. --train trains what a row "
            "takes, and keeps it."
        ),
        study_options.PARITY,
    ),
    Command(
        "study-unit",
        "study:unit_command",
        mark("do one unit of a study, as a job of a cluster"),
        mark("Do one of the units that “aegui study --units” has written."),
        study_options.UNIT,
    ),
    Command(
        "race",
        "races:race_command",
        mark("optimisers from the same start, by epochs, evaluations and seconds"),
        mark(
            "Let optimisers learn the same task from the same first weights, and tell how they "
            "stand: lowest loss, wrong pixels, epochs, evaluations of the loss and seconds."
        ),
        study_options.RACE,
    ),
    Command(
        "smallest",
        "races:smallest_command",
        mark("the smallest network that still reaches a goal"),
        mark(
            "Shrink the layers of a network while every sample has few enough wrong "
            "pixels in enough seeds, and tell the smallest one. What was tried is "
            "kept: nothing is trained twice."
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
            "each character), noise (wrong pixels against its level), grid (decoded images in rows "
            "and columns) or traversal (each number of the code by itself)."
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
        mark("the network, loss and loop as code that runs alone, and its proof"),
        mark(
            "Print the network of a recipe or a saved run as code that runs without this program, "
            "from the same first weights and the same draws; with --check it is run beside the "
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
        mark("the networks to begin from, as the gallery shows them"),
        mark(
            "List the recipes that ship and your own, in the groups of the gallery: level, kind, "
            "data, numbers of the code, parameters, and how long training takes on this machine."
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
        mark("in what two kept runs differ, and whether one is better"),
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
        mark("Mark kept runs with a star, or take it away."),
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
        mark("put kept runs into the trash"),
        mark("Put kept runs into the trash; nothing is removed before that is emptied."),
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
        mark("Say what the library takes on the disk, and make it less where that is asked for."),
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
        mark("whether a file is a lesson, and whether its checks are reached"),
        mark(
            "Read a lesson and say what is wrong with it; with --try do its trainings too, and see "
            "whether the checks of each step hold."
        ),
        program_options.LESSON_CHECK,
    ),
    Command(
        "teacher check",
        "teacher:check_command",
        mark("whether a file is a teacher file, and what it hides and locks"),
        mark("Read a teacher file and say what it hides, locks and begins with, or what is wrong."),
        program_options.TEACHER_CHECK,
    ),
    Command(
        "report-problem",
        "problem:report_problem_command",
        mark("versions, log and recipe in a file, for whoever helps you"),
        mark("Collect what helps others to understand a problem. Nothing is sent."),
        program_options.REPORT_PROBLEM,
    ),
    Command(
        "gpu",
        "gpu:gpu_command",
        mark("whether it trains on a graphics card, and how to get there"),
        mark("Say whether this program trains on a graphics card, and what to do so that it does."),
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
        mark("Files that begin a class, and hide or lock controls meanwhile."),
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
