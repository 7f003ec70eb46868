"""The Typer app: registers the commands; the one place where an error becomes a message and a status."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from simpleturk import __version__, console
from simpleturk.commands import requester, worker
from simpleturk.commands.balance import balance
from simpleturk.commands.block import block, unblock
from simpleturk.commands.check import check
from simpleturk.commands.common.options import ALIASES
from simpleturk.commands.demo.command import demo
from simpleturk.commands.extend import extend
from simpleturk.commands.help import help_
from simpleturk.commands.hits import delete, expire, hits
from simpleturk.commands.import_ import import_
from simpleturk.commands.init import init
from simpleturk.commands.launch.command import launch
from simpleturk.commands.progress import progress
from simpleturk.commands.properties import properties
from simpleturk.commands.render_template import render_template
from simpleturk.commands.results import results
from simpleturk.commands.review import approve, bonus, reject
from simpleturk.commands.serve.command import serve
from simpleturk.config import load_config
from simpleturk.errors import ExitStatus, SimpleturkError


class Command(TyperCommand):
    """A command that also takes simple-amt's spellings of its options, and needs a configuration that can be read."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        try:
            return list(super().parse_args(ctx, [*map(_spelled, args[:end]), *args[end:]]))
        except typer.Exit:  # --help
            raise
        except Exception:
            # What is missing may stand in the file that cannot be read: that comes first.
            _raise_if_broken(ctx)
            raise

    def invoke(self, ctx: Any) -> Any:
        _raise_if_broken(ctx)
        return super().invoke(ctx)


class Group(TyperGroup):
    """The app: defaults from simpleturk.toml go in, errors come out as messages."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _told():  # --version writes
            return list(super().parse_args(ctx, args))

    def invoke(self, ctx: Any) -> Any:
        with _told():
            ctx.default_map, ctx.obj = _defaults(self.commands)
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    """Expected failures of the block become a message and a status."""
    try:
        yield
    except SimpleturkError as error:
        console.error(error)
        raise typer.Exit(error.status) from error
    except KeyboardInterrupt as error:
        hint = "what was done is kept; run the same command again to go on"
        console.error(SimpleturkError("interrupted", hint))
        raise typer.Exit(ExitStatus.INTERRUPTED) from error
    except BrokenPipeError as error:
        # Whoever read our output has seen enough. Nothing more goes there, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitStatus.DONE) from error
    except OSError as error:
        # The machine says no: no space, no permission, no such folder. Anything else is a bug, and shows itself.
        where = f"{error.filename}: " if error.filename else ""
        console.error(SimpleturkError(f"{where}{(error.strerror or str(error)).lower()}"))
        _abandon_stdout()
        raise typer.Exit(ExitStatus.FAILED) from error


def _abandon_stdout() -> None:
    """What could not be written must not fail once more, without a message, when the program ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _defaults(commands: Mapping[str, Any]) -> tuple[dict[str, Any], SimpleturkError | None]:
    """Each command's defaults from simpleturk.toml; and what is wrong with that file, for commands that really run."""
    try:
        options = load_config().options
    except SimpleturkError as error:
        return {}, error
    # `output` is where results are kept: no other command may write there by default.
    others = {name: value for name, value in options.items() if name != "output"}
    own: dict[str, Any] = {}
    for name, command in commands.items():
        subcommands = getattr(command, "commands", None)
        own[name] = dict.fromkeys(subcommands, others) if subcommands else options if name == "results" else others
    return own, None


def _raise_if_broken(ctx: Any) -> None:
    broken = ctx.find_root().obj
    if broken is not None and ctx.info_name != "help":
        raise broken


def _spelled(argument: str) -> str:
    name, equals, value = argument.partition("=")
    return ALIASES.get(name, name) + equals + value


def _show_version(wanted: bool) -> None:
    if wanted:
        console.data(f"simpleturk {__version__}\n")
        console.flush()
        raise typer.Exit


app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Run batches of human tasks (HITs), on a Mechanical Turk of your own or any other.",
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


_EXAMPLES: dict[Callable[..., None], str] = {
    launch: "simpleturk launch --template page.html --properties hit.json --inputs data.jsonl --ids hit_ids.txt",
    progress: "simpleturk progress --ids hit_ids.txt",
    results: "simpleturk results > results.jsonl",
    approve: "simpleturk approve --feedback 'Thank you'",
    reject: "simpleturk reject --feedback 'The text is empty' 3ABC",
    bonus: "simpleturk bonus --amount 0.50 --reason 'Very careful work' 3ABC",
    extend: "simpleturk extend --assignments-by 1 --hours 24",
    expire: "simpleturk expire --at 2026-12-31T18:00",
    delete: "simpleturk delete --force",
    block: "simpleturk block --reason 'Random answers' ann bob",
    unblock: "simpleturk unblock ann",
    hits: "simpleturk hits --status Reviewable | jq -r .hit_id",
    import_: "simpleturk import Batch_3482914_batch_results.csv",
    balance: "simpleturk balance --prod",
    render_template: "simpleturk render-template --preview",
    serve: "simpleturk serve --port 8484",
    properties: "simpleturk properties --check hit.json",
    check: "simpleturk check --prod",
    init: "simpleturk init my_task --from image_captioning",
    demo: "simpleturk demo my-first-batch",
    help_: "simpleturk help templates",
}

#: Groups of commands: their help, and each command's name, function and example.
_GROUPS: dict[str, tuple[str, dict[str, tuple[Callable[..., None], str]]]] = {
    "requester": (
        "Manage who may call your API, and what they owe workers.",
        {
            "add": (requester.add, "simpleturk requester add 'Vision Lab' > key.json"),
            "list": (requester.list_, "simpleturk requester list"),
            "revoke": (requester.revoke, "simpleturk requester revoke AKIA2E0A8F3B244C9986"),
            "deposit": (requester.deposit, "simpleturk requester deposit 250 --requester 'Vision Lab'"),
            "unlimited": (requester.unlimited, "simpleturk requester unlimited"),
            "payments": (requester.payments, "simpleturk requester payments > pay.csv"),
            "paid": (requester.paid, "simpleturk requester paid pay.csv"),
        },
    ),
    "worker": (
        "Manage workers: accounts, invitations, what they may do.",
        {
            "add": (worker.add, "simpleturk worker add --workers lab.csv > links.jsonl"),
            "invite": (worker.invite, "simpleturk worker invite --uses 30 --days 7"),
            "list": (worker.list_, "simpleturk worker list"),
            "set": (worker.set_, "simpleturk worker set ann --masters --country US-CA"),
            "disable": (worker.disable, "simpleturk worker disable ann"),
            "enable": (worker.enable, "simpleturk worker enable ann"),
            "reset": (worker.reset, "simpleturk worker reset ann"),
            "export": (worker.export, "simpleturk worker export ann > ann.json"),
            "delete": (worker.delete, "simpleturk worker delete ann"),
        },
    ),
}

for _function, _example in _EXAMPLES.items():
    # Some are called what Python keeps for itself.
    _name = _function.__name__.rstrip("_").replace("_", "-")
    app.command(_name, cls=Command, epilog=f"Example: {_example}", no_args_is_help=False)(_function)
for _group, (_help, _commands) in _GROUPS.items():
    _typer = typer.Typer(help=_help, no_args_is_help=True, rich_markup_mode=None)
    for _name, (_function, _example) in _commands.items():
        _typer.command(_name, cls=Command, epilog=f"Example: {_example}")(_function)
    app.add_typer(_typer, name=_group)
