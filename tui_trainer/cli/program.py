"""The top command: a group whose unnamed command opens the app."""

import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.output import hush

OPEN = "open"
INTERRUPTED = 130
"""Exit status after Ctrl+C, as a shell counts it: 128 + SIGINT."""


class Program(click.Group):
    """``tui-trainer train …`` runs a command; anything else that begins otherwise is for the app."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the app's command before arguments that name none."""
        completing_first_word = ctx.resilient_parsing and not args
        args = self._command_first(ctx, args)
        own_options = {name for option in self.get_params(ctx) for name in option.opts}
        if not completing_first_word and (not args or args[0] not in {*self.commands, *own_options}):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

    def _command_first(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options before a command as options of that command. Raises UsageError where it has none such."""
        begun, names = _leading_options(self.commands[OPEN], ctx, args)
        word, rest = args[len(begun) : len(begun) + 1], args[len(begun) + 1 :]
        if not names or not word or word[0] not in self.commands or word[0] == OPEN:
            return args
        command, path = self.commands[word[0]], word[0]
        if isinstance(command, click.Group) and rest and rest[0] in command.commands:
            command, path = command.commands[rest[0]], f"{path} {rest[0]}"
        elif isinstance(command, click.Group):
            command = command.commands["list"]
        known = {name for parameter in command.get_params(ctx) for name in parameter.opts}
        for name in names:
            if name not in known:
                raise click.UsageError(f"{name} is an option of the app; {path} has no such option", ctx)
        return [*word, *rest, *begun]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. That whoever reads its output has seen enough is no error."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            hush(sys.stdout)
            return None
        return status

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they were given, which is the order one needs them in."""
        del ctx
        return list(self.commands)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and what may follow ``tui-trainer`` where the app is meant."""
        app = self.commands[OPEN]
        recipes = [item for option in app.params[:1] for item in option.shell_complete(ctx, incomplete)]
        return [*super().shell_complete(ctx, incomplete), *recipes, *app.shell_complete(ctx, incomplete)]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to use it."""
        formatter.write_usage(ctx.command_path, "[RECIPE] [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGUMENTS]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The app's options before the commands, since they need none."""
        app = self.commands[OPEN]
        options = (option for option in app.get_params(ctx) if isinstance(option, click.Option))
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)


def _leading_options(app: click.Command, ctx: click.Context, args: list[str]) -> tuple[list[str], list[str]]:
    """What of ``args`` are options of the app that stand before the first word, and the names of those."""
    options = {name: option for option in app.get_params(ctx) for name in option.opts}
    at, names = 0, []
    while at < len(args):
        name, equals, _ = args[at].partition("=")
        option = options.get(name)
        if not isinstance(option, click.Option):
            break
        names.append(name)
        at += 1 if equals or option.is_flag else 2
    return args[:at], names
