"""Commands for files that no reader knows yet: propose a mapping, write an empty template."""

from pathlib import Path
from typing import Annotated

import typer

from recovery_analysis.errors import ParameterError
from recovery_analysis.intake.proposal import propose_for
from recovery_analysis.intake.templates import TEMPLATES, template_csv
from recovery_analysis.store.atomic import write_text


def mapping_command(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX file whose columns no reader knows.")],
    layout: Annotated[
        str | None, typer.Option(help="What kind of file it is, where you know it.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the proposal to this file, to be corrected.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that stands there.")
    ] = False,
) -> None:
    """Propose which column of a file is which of our fields; no cell of the file is shown.

    Example: recovery mapping results.csv --save results.toml
    """
    proposal = propose_for(file, layout=layout)
    for line in proposal.lines():
        typer.echo(line)
    if save is None:
        typer.echo("to correct and use it: recovery mapping FILE --save PATH")
        return
    _write(save, proposal.text(), force=force)
    typer.echo(
        f"{save}: written; correct it in a text editor, then: recovery ingest FILE --mapping {save}"
    )


def template_command(
    name: Annotated[
        str | None, typer.Argument(help="Which template; all are listed without.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the template to this file instead of printing it.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that stands there.")
    ] = False,
) -> None:
    """Give an empty template for a list that a school fills in, or name the templates.

    Example: recovery template device_access --save devices.csv
    """
    if name is None:
        for known in TEMPLATES:
            typer.echo(known)
        return
    if name not in TEMPLATES:
        raise ParameterError(f"{name}: no such template. Expected one of: {', '.join(TEMPLATES)}.")
    if save is None:
        typer.echo(template_csv(name), nl=False)
        return
    _write(save, template_csv(name), force=force)
    typer.echo(f"{save}: written; keep row 1, fill in one row each from row 3 on")


def _write(path: Path, text: str, *, force: bool) -> None:
    if path.exists() and not force:
        raise ParameterError(
            f"{path}: stands already; give another --save, or --force to write over it."
        )
    write_text(path, text)
