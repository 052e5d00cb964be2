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
        own_options = {name for option in self.get_params(ctx) for name in option.opts}
        if not completing_first_word and (not args or args[0] not in {*self.commands, *own_options}):
            args = [OPEN, *args]
        return super().parse_args(ctx, args)

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
