"""Project → Bundle. Only ``*.j2`` files are rendered; every other file ships byte for byte."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.bccache import Bucket

from bundler import facts
from bundler.bundle import Bundle, is_leftover
from bundler.errors import WrongUse
from bundler.pictures import LOCALE_MARK, make_pictures
from bundler.progress import Say, silent
from bundler.project import PROJECT_FILE, Project
from bundler.shelf import NO_SHELF, Shelf, name_of

TEMPLATE = ".j2"
_PARTS = "parts/"


def render(
    project: Project, environment: str, backend_url: str, *, shelf: Shelf = NO_SHELF, say: Say = silent
) -> Bundle:
    """Render the project for one environment. Raises ``WrongUse`` for a template that fails, with file and line.

    What an earlier build left on the ``shelf`` (drawings, compiled templates) is used; it changes nothing but the time.
    """
    templates = _templates(project.folder, shelf)
    values: dict[str, object] = {
        "widget": project.widget,
        "support": project.support,
        "locales": project.locales,
        "version": project.version,
        "environment": environment,
        "backend_url": backend_url,
    }
    files = dict[str, bytes]()
    for path in _sources(project):
        target = path.removesuffix(TEMPLATE)
        if target in files:
            raise WrongUse(f"{target} and {path} would both become {target}: remove one of them")
        is_template = target != path
        content = _render_one(templates, path, values).encode() if is_template else (project.folder / path).read_bytes()
        files[target] = content
    # A picture that lies in the source ready-made is preferred to a drawn one.
    has_trigger = facts.TRIGGER_LOCATION.encode() in files.get(facts.MANIFEST, b"")
    drawn = make_pictures(
        project.folder, project.pictures, project.locales, with_trigger=has_trigger, shelf=shelf, say=say
    )
    return Bundle(dict(sorted((drawn | files).items())), container=facts.ARCHIVE_NAME)


def _sources(project: Project) -> Iterator[str]:
    """Every source file that ships or is rendered: not the project file, what it names, or parts."""
    names = [name.replace(LOCALE_MARK, locale) for name in project.pictures.values() for locale in project.locales]
    named = [*names, project.channel.get("icon", "")]
    kept_back = {PROJECT_FILE, *(PurePosixPath(name).as_posix() for name in named)}
    for path in sorted(project.folder.rglob("*")):
        name = path.relative_to(project.folder).as_posix()
        if path.is_file() and name not in kept_back and not name.startswith(_PARTS) and not is_leftover(name):
            yield name


class _Compiled(BytecodeCache):
    """Compiled templates on the shelf. Jinja itself checks that the source and the version of Python are the same."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template from the shelf."""
        compiled = self._shelf.get(_name(bucket))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Put a template on the shelf."""
        self._shelf.put(_name(bucket), bucket.bytecode_to_string())


def _name(bucket: Bucket) -> str:
    return name_of(_way_of_compiling(), bucket.key.encode())


@cache
def _way_of_compiling() -> bytes:
    """What decides about a compiled template beside its source: jinja, and the delimiters in this module."""
    return name_of(jinja2.__version__.encode(), Path(__file__).read_bytes()).encode()


@cache
def _templates(folder: Path, shelf: Shelf) -> Environment:
    """Jinja with square delimiters, so that Twig and JavaScript need no escaping.

    It is kept, since watching renders the same folder again and again; changed files are read anew.
    Nothing is escaped: the output is JSON and JavaScript, where values go through ``tojson``.
    """
    return Environment(  # noqa: S701
        loader=FileSystemLoader(folder),
        bytecode_cache=_Compiled(shelf),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )


def _render_one(templates: Environment, path: str, values: dict[str, object]) -> str:
    try:
        return templates.get_template(path).render(values)
    except TemplateSyntaxError as error:
        raise WrongUse(f"{error.name or path}:{error.lineno}: {error.message}") from None
    except UnicodeDecodeError:
        raise WrongUse(f"{path}: a template must be UTF-8") from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise WrongUse(f"{_failing_place(error, templates) or path}: {error}") from None


def _failing_place(error: Exception, templates: Environment) -> str:
    """File and line of the innermost template that failed: jinja's frames carry the templates' own files and lines."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        for folder in templates.loader.searchpath if isinstance(templates.loader, FileSystemLoader) else ():
            if file.is_relative_to(folder):
                place = f"{file.relative_to(folder).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
