"""The command line: parameters in, words and exit codes out; no logic of its own."""

import json
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from tqdm import tqdm

from recovery_analysis.community.directory import read_directory
from recovery_analysis.community.partnerships import read_partnerships
from recovery_analysis.community.registry import (
    CommunityRecord,
    find_community,
    list_communities,
)
from recovery_analysis.errors import ParameterError, RecoveryError
from recovery_analysis.file_commands import mapping_command, template_command
from recovery_analysis.intake.mapping_text import read_mapping
from recovery_analysis.intake.pseudonyms import PupilKey, find_key, key_path, write_key
from recovery_analysis.run.batch import run_reports, worst_exit_code
from recovery_analysis.run.chapters import CHAPTER_ORDER, find_chapters
from recovery_analysis.run.community_report import ReportRecord
from recovery_analysis.run.demo import demo_store
from recovery_analysis.run.doctor import examine
from recovery_analysis.run.parameters import DEMO_STORE, Parameters
from recovery_analysis.store.ingest import IngestReport, ingest
from recovery_analysis.store.manifest import FileRecord
from recovery_analysis.store.store import open_store
from recovery_analysis.synthetic import Size, write_community
from recovery_analysis.version import VERSION
from recovery_analysis.words.periods import CLOSURE, AcademicYear

app = typer.Typer(
    name="recovery",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StoreOption = Annotated[
    str, typer.Option(help="Folder of the store, or 'demo' for the embedded demo.")
]
ConfigOption = Annotated[
    Path | None, typer.Option(help="A recovery.toml that declares partnerships.")
]


class AllOf(StrEnum):
    """Groups of communities that ``--all`` takes."""

    TRUSTS = "trusts"
    LAS = "las"
    PARTNERSHIPS = "partnerships"


_KIND_OF = {AllOf.TRUSTS: "trust", AllOf.LAS: "la", AllOf.PARTNERSHIPS: "partnership"}


@app.callback(invoke_without_command=True)
def about(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Evidence for recovery curricula: read public files, list communities, make their reports.

    Example: recovery report england --all las --all trusts --store demo --out reports/demo
    """
    if version:
        typer.echo(f"recovery_analysis {VERSION}")
        raise typer.Exit


@app.command("ingest")
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(help="Raw files, or folders of them.")],
    store: Annotated[
        Path, typer.Option(help="Folder of the store; made when it is not there.")
    ] = Path("data/validated"),
    year: Annotated[
        list[str] | None,
        typer.Option(
            help="2022/23 for files that do not tell their year, or FILE=2022/23 for one of them."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace earlier files of the same kind and year.")
    ] = False,
    pupil_key: Annotated[
        Path | None,
        typer.Option(help="File with the key under which pupils' identifiers are hashed."),
    ] = None,
    mapping: Annotated[
        list[Path] | None,
        typer.Option(help="Mapping of a file whose columns no reader knows; may be given again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Read raw files into a store: all of them, or none.

    Example: recovery ingest downloads/ --store data/validated --year school_fsm.csv=2022/23
    """
    common, by_name = _years(year or [])
    result = ingest(
        paths,
        store=store,
        year=common,
        years=by_name,
        replace_earlier=replace,
        pupil_key=_key(pupil_key, store, paths),
        mappings=[read_mapping(path) for path in mapping or []],
        on_file=_note_file,
    )
    if as_json:
        typer.echo(json.dumps(_ingest_json(result), indent=1, ensure_ascii=False))
        return
    for record in result.added:
        _echo_file(record)
    for label in result.already_held:
        typer.echo(f"{label}: already in the store, nothing to do")
    for label in result.not_recognised:
        typer.echo(f"{label}: no reader knows this file; left out")
    typer.echo(f"{len(result.added)} files added to {store}")


app.command("mapping")(mapping_command)
app.command("template")(template_command)


@app.command("key")
def key_command(
    file: Annotated[Path, typer.Argument(help="New file for the key, away from the data.")],
) -> None:
    """Make the secret key under which pupils' identifiers are hashed; keep it as long as the store.

    Example: recovery key ~/keys/trust.key
    """
    write_key(file)
    typer.echo(
        f"{file}: key written, readable by you only. Keep it away from data and store: whoever has both can find "
        f"a pupil again. Use it with: recovery ingest FILES --pupil-key {file}"
    )


@app.command("communities")
def communities_command(
    store: StoreOption = "data/validated",
    kind: Annotated[
        Literal["trust", "la", "partnership", "england"] | None,
        typer.Option(help="Only communities of this kind."),
    ] = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the communities of a store that a report can be made for.

    Example: recovery communities --store data/validated --kind trust
    """
    records = [r for r in _records(store, config) if kind is None or r.id.kind == kind]
    if as_json:
        body = [{"id": str(r.id), "name": r.name, "schools_n": r.schools_n} for r in records]
        typer.echo(json.dumps(body, indent=1, ensure_ascii=False))
        return
    width = max((len(str(record.id)) for record in records), default=0)
    for record in records:
        typer.echo(f"{record.id!s:<{width}}  {record.schools_n:>6} schools  {record.name}")


@app.command("report")
def report_command(
    communities: Annotated[
        list[str] | None, typer.Argument(help="Such as la:936 trust:3190 england.")
    ] = None,
    store: StoreOption = "data/validated",
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("reports/latest"),
    all_of: Annotated[
        list[AllOf] | None,
        typer.Option("--all", help="All trusts, LAs or partnerships; may be given more than once."),
    ] = None,
    baseline_date: Annotated[str, typer.Option(help="YYYY-MM-DD.")] = CLOSURE.isoformat(),
    as_of: Annotated[
        str, typer.Option(help="Day of the report, YYYY-MM-DD; today when empty.")
    ] = "",
    edition: Annotated[
        str, typer.Option(help="Words for the masthead, such as 'Autumn 2026'.")
    ] = "",
    chapters: Annotated[str, typer.Option(help="Chapters to run, separated by commas.")] = ",".join(
        CHAPTER_ORDER
    ),
    config: ConfigOption = None,
    seed: Annotated[int, typer.Option(help="For whatever draws at random.")] = 20200320,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; all cores when left out.")
    ] = None,
) -> None:
    """Make reports: one folder a community, an index page and a manifest.

    Example: recovery report la:936 trust:3190 --store data/validated --out reports/autumn
    """
    folder = str(demo_store()) if store == DEMO_STORE else store
    known = _records(folder, config)
    chosen = _chosen(known, communities or [], all_of or [])
    parameters = Parameters(
        community=str(chosen[0].id),
        store=folder,
        baseline_date=baseline_date,
        as_of=as_of,
        edition=edition,
        config=str(config or ""),
        seed=seed,
    )
    parameters = _with_day(parameters)
    notebooks = find_chapters(tuple(name.strip() for name in chapters.split(",") if name.strip()))
    with tqdm(
        total=len(chosen), unit="report", disable=not sys.stderr.isatty(), file=sys.stderr
    ) as bar:
        results = run_reports(
            chosen,
            parameters=parameters,
            chapters=notebooks,
            out=out,
            jobs=jobs,
            on_report=lambda record: _note_report(record, bar),
        )
    failed = [record for record in results if record.status == "failed"]
    typer.echo(f"{len(results) - len(failed)} reports made, {len(failed)} failed")
    for record in failed:
        typer.echo(f"failed: {record.community} ({record.name}): {record.failure}", err=True)
    typer.echo(str(out / "index.html"))
    raise typer.Exit(worst_exit_code(results))


@app.command("demo")
def demo_command(
    folder: Annotated[Path, typer.Argument(help="Where to write the raw files.")],
    size: Annotated[str, typer.Option(help="small or demo.")] = "demo",
    seed: Annotated[int, typer.Option(help="Another seed is another community.")] = 20200320,
) -> None:
    """Write an invented community as raw files in the publishers' layouts, with the truth beside them.

    Example: recovery demo downloads/demo
    """
    chosen: Size = "small" if size == "small" else "demo"
    if size not in ("small", "demo"):
        raise ParameterError(f"--size: expected small or demo, got {size!r}.")
    write_community(folder, size=chosen, seed=seed)
    typer.echo(
        f"{folder}: raw files written; read them with a key for their invented pupils:\n"
        f"  recovery key demo.key\n  recovery ingest {folder} --store STORE --pupil-key demo.key"
    )


@app.command("doctor")
def doctor_command(
    store: Annotated[str, typer.Option(help="Folder of a store to check, or empty.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Check the environment, the notebook kernel and a store.

    Example: recovery doctor --store data/validated
    """
    checks = examine(Path(store) if store else None)
    if as_json:
        body = [{"name": c.name, "ok": c.ok, "words": c.words} for c in checks]
        typer.echo(json.dumps(body, indent=1, ensure_ascii=False))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.words}")
    raise typer.Exit(0 if all(check.ok for check in checks) else 2)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every known error is a message and its exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _on_terminate)
    try:
        app(args=None if arguments is None else list(arguments), standalone_mode=True)
    except RecoveryError as error:
        typer.echo(f"recovery: {error}", err=True)
        sys.exit(error.exit_code)
    sys.exit(0)


def _on_terminate(number: int, frame: Any) -> NoReturn:  # noqa: ANN401
    sys.exit(128 + number)


def _years(texts: list[str]) -> tuple[AcademicYear | None, dict[str, AcademicYear]]:
    common: AcademicYear | None = None
    by_name: dict[str, AcademicYear] = {}
    for text in texts:
        name, _, year = text.rpartition("=")
        try:
            parsed = AcademicYear.parse(year)
        except ValueError as error:
            raise ParameterError(f"--year {text}: {error}") from None
        if name:
            by_name[name] = parsed
        else:
            common = parsed
    return common, by_name


def _key(path: Path | None, store: Path, inputs: list[Path]) -> PupilKey | None:
    """Find the key; one that lies with the data or in the store is refused."""
    path = key_path(path)
    for folder in [store, *(item for item in inputs if item.is_dir())]:
        if path is not None and path.resolve().is_relative_to(folder.resolve()):
            raise ParameterError(
                f"the key file lies in {folder}, with the data. Move it elsewhere: whoever has the "
                "data and the key can find a pupil again."
            )
    return find_key(path)


def _records(store: str, config: Path | None) -> tuple[CommunityRecord, ...]:
    opened = open_store(demo_store() if store == DEMO_STORE else Path(store))
    return list_communities(opened, read_directory(opened), read_partnerships(config))


def _chosen(
    known: tuple[CommunityRecord, ...], named: list[str], groups: Sequence[AllOf]
) -> list[CommunityRecord]:
    chosen = [find_community(known, text) for text in named]
    wanted = {_KIND_OF[group] for group in groups}
    chosen += [record for record in known if record.id.kind in wanted and record.schools_n]
    if not chosen:
        raise ParameterError(
            "say which reports: name communities (la:936 trust:3190) or use --all trusts or --all las. "
            "See them with: recovery communities"
        )
    return list(dict.fromkeys(chosen))


def _with_day(parameters: Parameters) -> Parameters:
    """Fix today's date once, so that all reports of a run are of one day."""
    return Parameters(**{**parameters.to_dict(), "as_of": parameters.as_of_day.isoformat()})


def _note_file(label: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"reading {label}", err=True)


def _note_report(record: ReportRecord, bar: "tqdm[NoReturn]") -> None:
    if bar.disable:
        typer.echo(
            f"{record.status}  {record.community}  {record.seconds:.1f} s  {record.name}", err=True
        )
    else:
        bar.update(1)


def _echo_file(record: FileRecord) -> None:
    year = (
        ""
        if record.year_from == "not needed"
        else f", {record.academic_year} (from {record.year_from})"
    )
    kept = sum(record.parts.values())
    typer.echo(f"{record.label}: {record.title}; {record.publisher}{year}")
    typer.echo(
        f"  {record.rows_read:,} rows read, {kept:,} rows kept in {', '.join(record.parts) or 'no table'}"
    )
    for rows, reason in record.dropped:
        typer.echo(f"  {rows:,} rows left out: {reason}")
    for note in record.notes:
        typer.echo(f"  note: {note}")


def _ingest_json(result: IngestReport) -> dict[str, Any]:
    return {
        "added": [
            {
                "file": record.label,
                "kind": record.kind,
                "title": record.title,
                "publisher": record.publisher,
                "academic_year": record.academic_year,
                "year_from": record.year_from,
                "rows_read": record.rows_read,
                "dropped": [{"rows": n, "reason": why} for n, why in record.dropped],
                "notes": list(record.notes),
                "tables": record.parts,
            }
            for record in result.added
        ],
        "already_held": list(result.already_held),
        "not_recognised": list(result.not_recognised),
    }
