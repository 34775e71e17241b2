"""Who makes which part. A loader is a function named after its part; its parameters name the parts it is made of.

To add a part, write a loader with ``@part``: rules may ask for it by its name at once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from bundler import facts
from bundler.bundle import Bundle, is_leftover
from bundler.parts.callbacks import Callbacks, read_callbacks
from bundler.parts.document import JsonError, Node, parse_json
from bundler.parts.image import Image, read_image
from bundler.parts.locations import Locations, read_locations
from bundler.parts.place import Place, Text
from bundler.parts.scope import Scopes, read_scopes
from bundler.parts.script import Script, parse_script
from bundler.parts.style import Style, parse_style
from bundler.parts.translated import translated_values

T = TypeVar("T")
Loader = TypeVar("Loader", bound=Callable[..., Any])
LOADERS: dict[str, Callable[..., Any]] = {}


class Unread(NamedTuple):
    """A file that should have been in a part and is not, and why."""

    place: Place
    reason: str
    is_encoding: bool = False


class NoPart(Exception):
    """A part, or one file of a part, cannot be had."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread)
        self.unread = unread


class Files(NamedTuple, Generic[T]):
    """A part made of several files: those that could be read, by path, and those that could not. Rules get ``read``."""

    read: Mapping[str, T]
    unread: tuple[Unread, ...] = ()


def part(loader: Loader) -> Loader:
    """Register a loader under its own name."""
    LOADERS[loader.__name__] = loader
    return loader


def asked_for(function: Callable[..., Any]) -> tuple[str, ...]:
    """The parts that a rule or a loader asks for: the names of its parameters."""
    # ``inspect.signature`` says the same, but takes longer than most rules.
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


class Parts:
    """The parts of one bundle, each made when it is first asked for. ``given`` are parts that no loader makes."""

    def __init__(self, bundle: Bundle, **given: object) -> None:
        self._made: dict[str, Any] = {"bundle": bundle, **given}

    def give(self, name: str, part: object) -> None:
        """Add a part that no loader makes."""
        self._made[name] = part

    def make(self, name: str) -> Any:
        """The part as its loader made it. Raises ``NoPart`` when it cannot be had."""
        if name not in self._made:
            loader = LOADERS[name]
            try:
                self._made[name] = loader(*map(self.make, asked_for(loader)))
            except NoPart as missing:
                self._made[name] = missing
        if isinstance(self._made[name], NoPart):
            raise self._made[name]
        return self._made[name]


@part
def texts(bundle: Bundle) -> Files[Text]:
    """Every text file."""
    return _files(bundle, facts.TEXT_SUFFIXES, _text)


@part
def documents(texts: Files[Text]) -> Files[Node]:
    """Every JSON file, by path."""
    read, unread = dict[str, Node](), [lost for lost in texts.unread if lost.place.path.endswith(".json")]
    for path, text in texts.read.items():
        if path.endswith(".json"):
            try:
                read[path] = _document(text)
            except NoPart as missing:
                unread.append(missing.unread)
    return Files(read, tuple(unread))


@part
def manifest(texts: Files[Text]) -> Node:
    """The root of manifest.json; most rules want no other document, so the others are not read for it."""
    return _document(_one(texts, facts.MANIFEST))


@part
def locations(manifest: Node) -> Locations:
    """The manifest's list of locations."""
    return read_locations(manifest)


@part
def translated(manifest: Node) -> Sequence[Node]:
    """The manifest's values that are paths into the translations."""
    return translated_values(manifest)


@part
def locales(documents: Files[Node]) -> Files[Node]:
    """The translations: locale → root of its file in i18n/."""
    read = {path: root for path, root in documents.read.items() if facts.locale_of(path)}
    unread = tuple(lost for lost in documents.unread if facts.locale_of(lost.place.path))
    return Files({facts.locale_of(path): root for path, root in read.items()}, unread)


@part
def scripts(bundle: Bundle) -> Files[Script]:
    """Every JavaScript file, by path."""
    return _files(bundle, facts.SCRIPT_SUFFIXES, _script)


@part
def scopes(scripts: Files[Script]) -> Files[Scopes]:
    """The names that each script declares, by path."""
    return Files({path: read_scopes(script) for path, script in scripts.read.items()}, scripts.unread)


@part
def callbacks(scopes: Files[Scopes]) -> Callbacks:
    """The widget's callbacks. A script that cannot be read might hold them, so then they cannot be had."""
    for lost in scopes.unread:
        raise NoPart(lost)
    return read_callbacks(scopes.read)


@part
def styles(texts: Files[Text]) -> Files[Style]:
    """Every style sheet, by path. CSS is read to the end whatever it holds; mistakes stay in ``Style.mistakes``."""
    read = {path: parse_style(text) for path, text in texts.read.items() if path.endswith(".css")}
    return Files(read, tuple(lost for lost in texts.unread if lost.place.path.endswith(".css")))


@part
def templates(texts: Files[Text]) -> Files[Text]:
    """Every Twig template, by path."""
    read = {path: text for path, text in texts.read.items() if path.endswith(".twig")}
    return Files(read, tuple(lost for lost in texts.unread if lost.place.path.endswith(".twig")))


@part
def images(bundle: Bundle) -> Files[Image]:
    """Every picture, by path; a damaged one too, since its damage is part of it."""
    return _files(bundle, facts.IMAGE_SUFFIXES, read_image)


@part
def broken_texts(texts: Files[Text]) -> tuple[Unread, ...]:
    """The text files that are not UTF-8."""
    return texts.unread


@part
def broken_documents(documents: Files[Node]) -> tuple[Unread, ...]:
    """The files that should be JSON and do not parse."""
    return tuple(lost for lost in documents.unread if not lost.is_encoding)


@part
def broken_scripts(scripts: Files[Script]) -> tuple[Unread, ...]:
    """The files that should be JavaScript and do not parse."""
    return tuple(lost for lost in scripts.unread if not lost.is_encoding)


def _files(bundle: Bundle, suffixes: tuple[str, ...], read_one: Callable[[str, bytes], T]) -> Files[T]:
    read, unread = dict[str, T](), list[Unread]()
    for path, content in bundle.files.items():
        if path.lower().endswith(suffixes) and not is_leftover(path):
            try:
                read[path] = read_one(path, content)
            except NoPart as missing:
                unread.append(missing.unread)
    return Files(read, tuple(unread))


def _one(files: Files[T], path: str) -> T:
    if path in files.read:
        return files.read[path]
    for lost in files.unread:
        if lost.place.path == path:
            raise NoPart(lost)
    raise NoPart(Unread(Place(path), "there is no such file"))


def _document(text: Text) -> Node:
    try:
        return parse_json(text)
    except JsonError as error:
        raise NoPart(Unread(error.place, error.message)) from None


def _text(path: str, content: bytes) -> Text:
    try:
        return Text(path, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        found = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise NoPart(Unread(Place(path, line, column), found, is_encoding=True)) from None


def _script(path: str, content: bytes) -> Script:
    script = parse_script(path, content)
    if script.mistakes:
        place = script.place(script.mistakes[0])
        raise NoPart(Unread(place, f"no JavaScript: {place.shown or 'something is missing here'}"))
    return script
