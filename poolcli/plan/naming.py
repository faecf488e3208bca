"""The paths of results."""

from __future__ import annotations

import os
import string
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.formats import FIGURES, IMAGE_SUFFIXES, OUTPUTS, output_format
from poolcli.geometry.region import Zoom
from poolcli.images import Kind, Reading, check_scale, choose_format, kind_of
from poolcli.operations.notation import parameter_words, window_words
from poolcli.pipeline import Job, Settings, identify, suffix_of
from poolcli.plan.inputs import Input, stem_of
from poolcli.quoting import SHELL
from poolcli.storage import STANDARD

FOLDER = "pooled"
TEMPLATE = "{stem}_{op}_{settings}_{i}"
FIELDS = ("stem", "suffix", "parent", "op", "settings", "i")
# What --name may add to tell two inputs apart, from the least to the most.
ADDITIONS = (("stem",), ("stem", "suffix"), ("parent", "stem"), ("parent", "stem", "suffix"))


@dataclass(frozen=True)
class Naming:
    """The folder, the template and the kinds of files that a run writes.

    Attributes
    ----------
    folder : str or None
        Where files named by the template go; None for `pooled`.
    template : str or None
        With the fields of `FIELDS`; None for `TEMPLATE`.
    output : str or None
        The one file to write, or `-`, instead of named files.
    format : str or None
        One of `OUTPUTS`, or "same"; None for what each input suggests.
    last : bool
        Write the last iteration only.
    figure : str or None
        Where the figure goes; None for beside the results, or nowhere with `output`.
    draw : bool
        Whether to draw a figure at all.
    results : bool
        Whether to write the iterations; without them the figure is the one output.
    """

    folder: str | None = None
    template: str | None = None
    output: str | None = None
    format: str | None = None
    last: bool = False
    figure: str | None = None
    draw: bool = True
    results: bool = True

    def __post_init__(self) -> None:
        """Replace other names of standard output by `-`."""
        if self.output is not None:
            object.__setattr__(self, "output", storage.as_output(self.output))


def name_settings(settings: Settings) -> str:
    """Return the settings as a part of a file name: the window, then what differs from defaults."""
    preparation = settings.preparation
    words = [*window_words(settings.window), *parameter_words(settings.operations)]
    if preparation.gray:
        words.append("gray")
    if preparation.size is not None:
        words.append(str(preparation.size))
    if preparation.filter is not None:
        words.append(preparation.filter)
    if preparation.relu:
        words.append("relu")
    if settings.scale:
        words.append("scale")
    return "_".join(words)


def name_operations(settings: Settings) -> str:
    """Return the operations as a part of a file name: `max`, or `compare_max-avg` for several."""
    names = "-".join(operation.name for operation in settings.operations)
    return f"compare_{names}" if settings.beside else names


def make_job(source: Input, settings: Settings, naming: Naming, named: str) -> Job:
    """Return the job of one input; `named` is the result of `name_settings`."""
    path = source.path
    numbers = range(1, settings.iterations + 1)
    if naming.output is not None and not naming.results:
        return Job(path, [None] * len(numbers), None, naming.output)
    format_, suffix = _format(path, naming, settings.reading)
    if naming.output is not None:
        outputs = [naming.output if i == settings.iterations else None for i in numbers]
        return Job(path, outputs, format_, naming.figure, source.modified)
    fields = {
        "stem": stem_of(path),
        "suffix": suffix_of(path),
        "parent": source.parent,
        "op": name_operations(settings),
        "settings": named,
    }
    folder = os.path.join(naming.folder or FOLDER, source.below)  # noqa: PTH118 - a path is text
    template = naming.template or TEMPLATE

    def name(i: object, ending: str) -> str:
        return os.path.join(folder, f"{template.format(**fields, i=i)}.{ending}")  # noqa: PTH118

    written = [i for i in numbers if naming.results and (i == numbers[-1] or not naming.last)]
    outputs = [name(i, suffix) if i in written else None for i in numbers]
    if not naming.draw:
        return Job(path, outputs, format_, modified=source.modified)
    figure = naming.figure or name(f"n{settings.iterations}_comparison", "png")
    return Job(path, outputs, format_, figure, source.modified)


def name_untold(naming: Naming, settings: Settings) -> str | None:
    """Return a remark if the names of results do not contain every setting that decides them."""
    if naming.output is not None:
        return f"-o {naming.output} does not tell the settings"
    template = naming.template or TEMPLATE
    fields = {name for _, name, _, _ in string.Formatter().parse(template)}
    told = {"op": "the operation", "settings": "the settings", "i": "the number of iterations"}
    if missing := [words for name, words in told.items() if name not in fields]:
        return f"--name {template} does not tell {', '.join(missing)}"
    reading = settings.reading
    given = {
        "--cmap": settings.colormap is not None,
        "--zoom": settings.zoom != Zoom(),
        "--histogram": settings.histogram,
        "--layout": reading.layout is not None,
        "--array": reading.array is not None,
        "--tolerant": reading.tolerant,
    }
    options = [option for option, is_given in given.items() if is_given]
    return f"no name tells {', '.join(options)}" if options else None


def templates_apart(template: str | None) -> list[str]:
    """Return templates that distinguish more inputs than `template` does, the shortest first."""
    template = template or TEMPLATE
    fields = {name for _, name, _, _ in string.Formatter().parse(template)}
    found = []
    for names in ADDITIONS:
        added = "_".join(f"{{{name}}}" for name in names)
        if "{stem}" in template and "{{" not in template:
            found.append(template.replace("{stem}", added, 1))
        elif not fields.issuperset(names):
            found.append(f"{added}_{template}")
    return [each for each in found if each != template]


def _format(source: str, naming: Naming, reading: Reading) -> tuple[str | None, str]:
    """Return the format of the outputs of a source, and their suffix."""
    suffix, chosen = suffix_of(source), naming.format
    if chosen == "same" or (chosen is None and naming.output is None):
        chosen = choose_format(_kind(source, reading), suffix, chosen)
    if naming.output is not None:
        own = output_format(suffix_of(naming.output))
        if not storage.is_stream(naming.output) and own is None and chosen is None:
            known = ", ".join(OUTPUTS)
            raise PoolcliError(
                f"-o {naming.output}: the suffix names no format; use {known}, or -f"
            )
        if own and chosen and own != chosen:
            raise PoolcliError(
                f"-o {naming.output} and -f {naming.format} disagree; use one of them"
            )
        return own or chosen, ""
    if naming.format == "same" and output_format(suffix) == chosen:
        return chosen, suffix
    return chosen, str(chosen)


def _kind(source: str, reading: Reading) -> Kind:
    """Return the kind of an input, by its content if its name does not decide."""
    suffix = suffix_of(source)
    # A job says what is wrong with its input.
    with suppress(PoolcliError):
        if source == STANDARD:
            return identify(source, reading).kind
        if suffix not in IMAGE_SUFFIXES:
            return kind_of(suffix, storage.read_head(source))
    return kind_of(suffix)


def check_naming(naming: Naming, settings: Settings) -> None:
    """Raise PoolcliError for names that contradict each other, whatever the inputs are."""
    _check_scale(naming, settings)
    if naming.folder and not (
        storage.is_missing(naming.folder) or storage.is_folder(naming.folder)
    ):
        raise PoolcliError(f"-d {naming.folder} is no folder; use another")
    if naming.output is not None:
        _check_output(naming.output, naming)
    if naming.figure is not None:
        if not naming.draw:
            raise PoolcliError("--figure and --no-figure contradict each other")
        _check_figure("--figure", naming.figure)
    if not _draws(naming):
        _check_undrawn(settings)
    if not naming.results and naming.output and not storage.is_stream(naming.output):
        _check_figure("-o", naming.output)
    if naming.template is not None:
        files = (1 if naming.last else settings.iterations) * naming.results
        _check_template(naming.template, files + (naming.draw and naming.figure is None))


def _check_output(output: str, naming: Naming) -> None:
    """Raise PoolcliError if `-o` is a folder, or if other options name files too."""
    if output.endswith(("/", os.sep)) or storage.is_folder(output):
        folder = SHELL.quote(output)
        raise PoolcliError(f"-o {folder} is a folder, and -o names a file; use -d {folder}")
    given = [("-d", naming.folder), ("--name", naming.template)]
    others = [f"{option} {value}" for option, value in given if value is not None]
    if others:
        raise PoolcliError(f"-o names the file itself; leave out {' and '.join(others)}")


def _check_scale(naming: Naming, settings: Settings) -> None:
    """Raise PoolcliError if `--scale` is given for a format that stores unscaled numbers."""
    if settings.scale:
        check_scale(naming.format or (naming.output and output_format(suffix_of(naming.output))))


def _draws(naming: Naming) -> bool:
    """Return whether figures will be drawn."""
    beside = naming.output is None or naming.figure is not None
    return not naming.results or (naming.draw and beside)


def _check_undrawn(settings: Settings) -> None:
    zoom = settings.zoom is not None and settings.zoom.centre is not None
    for option, given in (("--zoom", zoom), ("--histogram", settings.histogram)):
        if given:
            raise PoolcliError(f"{option} is about the figure, and none is drawn; leave it out")


def _check_figure(option: str, path: str) -> None:
    if suffix_of(path) not in FIGURES:
        known = ", ".join(f".{suffix}" for suffix in FIGURES)
        raise PoolcliError(f"{option} {path}: a figure's name ends with {known}")


def check_single(naming: Naming, inputs: Sequence[Input]) -> None:
    """Raise PoolcliError if one file is named for the results of several inputs or of a folder."""
    for option, value in (("-o", naming.output), ("--figure", naming.figure)):
        if value is not None and len(inputs) > 1:
            raise PoolcliError(
                f"{option} names one file and there are {len(inputs)} inputs; use -d"
            )
    if naming.output is not None and any(source.folder for source in inputs):
        raise PoolcliError(f"-o names one file and {inputs[0].folder} is a folder; use -d")


def _check_template(template: str, files: int) -> None:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise PoolcliError(f"--name {template}: {error}") from None
    fields = {name for _, name, _, _ in parts if name is not None}
    if fields - set(FIELDS) or any(spec or conversion for *_, spec, conversion in parts):
        known = " ".join(f"{{{name}}}" for name in FIELDS)
        raise PoolcliError(f"--name {template}: the fields are {known}, and braces are doubled")
    if "/" in template or os.sep in template or "\0" in template:
        raise PoolcliError(f"--name {template}: a name holds no folders; use -d")
    if "i" not in fields and files > 1:
        raise PoolcliError(
            f"--name {template}: {files} files of one input need {{i}} to tell them apart"
            " (one file is written with --last --no-figure, or with -o FILE)"
        )
