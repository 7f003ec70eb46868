"""The Typer app: imports a command when it runs; the one place where an error becomes a message and a status."""

import importlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from simpleturk import __version__, console
from simpleturk.commands.entries import Entry, GroupEntry
from simpleturk.commands.table import TABLE
from simpleturk.errors import ExitStatus, SimpleturkError, UsageError
from simpleturk.mturk.numbers import NUMBER, WHOLE_NUMBER
from simpleturk.simple_amt import ALIASES
from simpleturk.task_folder import outside, set_allowed

#: Options that simpleturk.toml of a task folder usually sets.
TASK_OPTIONS = ("--template", "--properties", "--inputs")

#: Typer's errors of wrong usage, of which it exports only a derived one.
UsageErrors: type[Exception] = typer.BadParameter.__mro__[1]

#: Settings of simpleturk.toml that name files to read or write.
PATHS = ("template", "properties", "inputs", "ids", "output", "database")

#: Click's notation of a range, such as 0.01<=x<=3650 or x>=1, at the end of an option's help.
_RANGE = re.compile(r"(\[|; )(?:([\d.]+)<=)?x(?:([<>]=)([\d.]+))?(?=[;\]])")


class Command(TyperCommand):
    """A command that also takes simple-amt's spellings of its options, and needs a configuration that can be read."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        ctx.allow_extra_args = True
        try:
            extra = list(super().parse_args(ctx, [*map(_translated, args[:end]), *args[end:]]))
        except typer.Exit:  # --help
            raise
        except Exception as error:
            # A missing option may be set in a configuration that cannot be read: report that first.
            _raise_if_broken(ctx)
            self._explain_missing_option(error)
            raise
        if not ctx.resilient_parsing:
            self._require_inputs(ctx)
        if extra and not ctx.resilient_parsing:
            _raise_if_broken(ctx)
            raise UsageError(f"unexpected argument {extra[0]}", self._hint_for_argument(ctx, extra[0]))
        return extra

    def invoke(self, ctx: Any) -> Any:
        _raise_if_broken(ctx)
        _check_configured_paths(ctx)
        return super().invoke(ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        pieces = ["[OPTIONS]"]
        for argument in self.get_params(ctx):
            if argument.param_type_name == "argument":
                name = str(argument.metavar or argument.name.upper())
                name = name if argument.required else f"[{name}]"
                pieces.append(name if argument.nargs == 1 else f"{name}...")
        return pieces

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for heading, records in self.help_sections(ctx).items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def help_sections(self, ctx: Any) -> dict[str, list[tuple[str, str]]]:
        """Arguments and options by heading, each as a pair of its spelling and its help."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and parameter.param_type_name == "argument":
                sections["Arguments"].append((str(parameter.metavar or parameter.name), record[1]))
            elif record:
                heading = getattr(parameter, "rich_help_panel", None) or "Options"
                help = _RANGE.sub(_spelled_range, record[1])
                # An option that simpleturk.toml sets has a default.
                help = help.replace("; required]", "]") if "default: " in help else help
                sections.setdefault(heading, []).append((record[0], help))
        return {heading: records for heading, records in sections.items() if records}

    def _options(self) -> list[str]:
        return [spelling for parameter in self.params for spelling in parameter.opts]

    def _explain_missing_option(self, error: Exception) -> None:
        """Raise UsageError if an option is missing that simpleturk.toml could set."""
        if not isinstance(error, typer.BadParameter) or error.param is None or error.message:
            return
        name = error.param.opts[0]
        if name in TASK_OPTIONS:
            self._refuse_without(name)

    def _require_inputs(self, ctx: Any) -> None:
        """Raise UsageError if there are no inputs; a template that is the directory of a form has them."""
        template = ctx.params.get("template")
        if ctx.params.get("inputs", "") is None and not (template and Path(template).is_dir()):
            _raise_if_broken(ctx)
            self._refuse_without("--inputs")

    def _refuse_without(self, name: str) -> None:
        """Raise UsageError for a missing option that simpleturk.toml could set."""
        names = " and ".join(option for option in TASK_OPTIONS if option in self._options())
        if Path("simpleturk.toml").exists():
            hint = f'add {name[2:]} = "FILE" to simpleturk.toml, or give {name}'
            raise UsageError(f"simpleturk.toml does not set {name[2:]}, and {name} was not given", hint)
        raise UsageError(
            f"no simpleturk.toml in this folder, and {name} was not given",
            f"run `simpleturk init` to make a task folder, or name your files with {names.replace(' and ', ', ', 1)}",
        )

    def _hint_for_argument(self, ctx: Any, argument: str) -> str:
        if "--ids" in self._options() and not argument.startswith("-"):
            return f"to name the batch's ids file: {ctx.command_path} --ids {argument}"
        return f"see {ctx.command_path} --help"


class Group(TyperGroup):
    """A group whose commands are imported when they are needed; its help is in the table."""

    def __init__(self, *, entries: Mapping[str, Mapping[str, Entry | GroupEntry]], **attributes: Any) -> None:
        super().__init__(**attributes)
        self.headings = entries
        self.commands: Any = _Commands({name: entry for part in entries.values() for name, entry in part.items()})

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0][:1].isalnum() and args[0] not in self.commands and not ctx.resilient_parsing:
            # Typer would parse such a name as an option, and report a wrong value of another one.
            ctx.fail(f"No such command {args[0]!r}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        width = max(map(len, self.commands))
        for heading, part in self.headings.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), entry.help) for name, entry in part.items()])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        entries = self.commands.entries.items()
        names = [_Completion(name, entry.help) for name, entry in entries if name.startswith(incomplete)]
        return [*names, *super(TyperGroup, self).shell_complete(ctx, incomplete)]


class App(Group):
    """The app: defaults from simpleturk.toml go in, errors come out as messages."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(entries=TABLE, **attributes)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _reported():  # --version writes
            return list(super().parse_args(ctx, args))

    def invoke(self, ctx: Any) -> Any:
        with _reported():
            ctx.default_map, ctx.obj = _defaults()
            return super().invoke(ctx)


class _Completion(NamedTuple):
    """A command that a shell offers, as Typer's scripts read it."""

    value: str
    help: str
    type: str = "plain"


class _Commands(Mapping[str, Any]):
    """A group's commands by name, each imported when it is first looked up."""

    def __init__(self, entries: Mapping[str, Entry | GroupEntry]) -> None:
        self.entries = entries
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self.entries[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def _load(name: str, entry: Entry | GroupEntry) -> Any:
    if isinstance(entry, GroupEntry):
        return Group(
            entries={"Commands": entry.commands},
            name=name,
            help=entry.help,
            no_args_is_help=True,
            rich_markup_mode=None,
        )
    module, function = entry.target.split(":")
    callback = getattr(importlib.import_module(f"simpleturk.commands.{module}"), function)
    lines = [line for purpose, command in entry.examples for line in (f"# {purpose}", command)]
    epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(name, cls=Command, epilog=epilog)(callback)
    command = typer.main.get_command(single)
    for parameter in command.params:
        _refuse_odd_numbers(parameter)
    return command


def _refuse_odd_numbers(parameter: Any) -> None:
    """Let an option refuse numbers that people do not write: Typer reads 1_000, digits of other scripts, and inf."""
    kind = parameter.bare_type().removeprefix("list[").removesuffix("]")
    if kind not in ("int", "float"):
        return
    form, reason = (WHOLE_NUMBER, "is not a whole number") if kind == "int" else (NUMBER, "is not a number")
    process = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        texts = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(text, str) and not form.fullmatch(text) for text in texts):
            raise typer.BadParameter(reason, ctx=ctx, param=parameter)
        return process(ctx, value)

    parameter.process_value = process_value


@contextmanager
def _reported() -> Iterator[None]:
    """Expected failures of the block become a message and a status."""
    try:
        yield
    except SimpleturkError as error:
        console.error(error)
        raise typer.Exit(error.status) from error
    except UsageErrors as error:
        from simpleturk.commands.common.usage_errors import is_help, wrong_usage  # --help needs it not

        if is_help(error):
            raise
        console.error(wrong_usage(error))
        raise typer.Exit(ExitStatus.USAGE) from error
    except KeyboardInterrupt as error:
        hint = "what was done is saved; run the same command again to continue"
        console.error(SimpleturkError("interrupted", hint))
        raise typer.Exit(ExitStatus.INTERRUPTED) from error
    except BrokenPipeError as error:
        # The reader of stdout has closed it. Nothing more is written there, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitStatus.DONE) from error
    except OSError as error:
        # The operating system refuses: no space, no permission, no such folder. Anything else is a bug: its traceback
        # is shown.
        where = f"{error.filename}: " if error.filename else ""
        console.error(SimpleturkError(f"{where}{(error.strerror or str(error)).lower()}"))
        _discard_stdout()
        raise typer.Exit(ExitStatus.FAILED) from error


def _discard_stdout() -> None:
    """Drop what cannot be written to stdout: Python would fail again, without a message, when the program ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _defaults() -> tuple[dict[str, Any], SimpleturkError | None]:
    """Each command's defaults from simpleturk.toml; and that file's problems, for commands that really run."""
    from simpleturk.config import load_config  # --help needs no configuration

    try:
        options = load_config().options
    except SimpleturkError as error:
        return {}, error
    # `output` is where results are saved: no other command may write there by default.
    others = {name: value for name, value in options.items() if name != "output"}
    defaults: dict[str, Any] = {}
    for part in TABLE.values():
        for name, entry in part.items():
            if isinstance(entry, GroupEntry):
                defaults[name] = dict.fromkeys(entry.commands, others)
            else:
                defaults[name] = options if name == "results" else others
    return defaults, None


def _raise_if_broken(ctx: Any) -> None:
    broken = ctx.find_root().obj
    if isinstance(broken, SimpleturkError) and ctx.info_name != "help":
        raise broken


def _check_configured_paths(ctx: Any) -> None:
    """Ask before a path is used that only simpleturk.toml names and that is outside of its folder, or a place of S3."""
    if ctx.params.get("assets"):
        from simpleturk.commands.common.consent import check_assets

        source = ctx.get_parameter_source("assets")
        check_assets(ctx.params["assets"], is_configured=source is not None and source.name == "DEFAULT_MAP")
    for name in PATHS:
        source = ctx.get_parameter_source(name) if name in ctx.params else None
        if source is None or source.name != "DEFAULT_MAP":
            continue
        target = outside(Path(ctx.params[name]), Path())
        if target is not None:
            from simpleturk.commands.common.consent import check_setting

            check_setting(name, str(ctx.params[name]), target)


def _translated(argument: str) -> str:
    """An option as simpleturk spells it; simple-amt's spelling is accepted."""
    name, equals, value = argument.partition("=")
    return ALIASES.get(name, name) + equals + value


def _spelled_range(match: "re.Match[str]") -> str:
    """ "0.01 to 3650" for "0.01<=x<=3650"."""
    opening, least, comparison, bound = match.groups()
    if least and bound:
        return f"{opening}{least} to {bound}"
    return f"{opening}at least {least or bound}" if least or comparison == ">=" else f"{opening}at most {bound}"


def _show_version(is_asked: bool) -> None:
    if is_asked:
        console.data(f"simpleturk {__version__}\n")
        console.flush()
        raise typer.Exit


app = typer.Typer(
    cls=App,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Run batches of human tasks (HITs) on your own Mechanical Turk marketplace, or on another one.",
    epilog="Run `simpleturk COMMAND --help` for the options and examples of a command, `simpleturk help words` for the "
    "meaning of HIT, assignment and other words, and `simpleturk help` for the manual.",
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    allow_outside: Annotated[
        list[Path] | None,
        typer.Option(
            "--allow-outside",
            envvar="SIMPLETURK_ALLOW_OUTSIDE",
            metavar="PATH",
            help="Let links in a task folder lead to this file or folder outside of it. Repeatable.",
        ),
    ] = None,
) -> None:
    set_allowed(allow_outside or ())
