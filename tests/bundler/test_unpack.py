"""Archives of strangers: nothing crashes, nothing unsafe gets in."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bundler.bundle import DAMAGED, TOO_LARGE, UNSAFE, Bundle
from bundler.errors import WrongUse
from bundler.unpack import read_zip


def zipped(fill: Callable[[zipfile.ZipFile], object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", "{}")
        fill(archive)
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Bundle]:
    def from_bytes(content: bytes) -> Bundle:
        path = tmp_path / "widget.zip"
        path.write_bytes(content)
        return read_zip(path)

    return from_bytes


def linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, "/etc/passwd")


@pytest.mark.parametrize(
    "name", ["../evil.js", "/evil.js", "C:/evil.js", "a/../../evil.js", "a\\..\\evil.js", "a\x01b"]
)
def test_an_unsafe_name_is_a_flaw_and_is_not_read(read: Callable[[bytes], Bundle], name: str) -> None:
    bundle = read(zipped(lambda archive: archive.writestr(name, "x")))
    assert [flaw.kind for flaw in bundle.flaws] == [UNSAFE]
    assert list(bundle.files) == ["manifest.json"]


def test_a_link_is_a_flaw(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(linked))
    assert [flaw.detail for flaw in bundle.flaws] == ["it is a link"]


def test_backslashes_are_a_flaw_and_read_as_slashes(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(lambda archive: archive.writestr("i18n\\en.json", "{}")))
    assert [flaw.kind for flaw in bundle.flaws] == [UNSAFE]
    assert "i18n/en.json" in bundle


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_given_twice_is_a_flaw(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(lambda archive: archive.writestr("manifest.json", "[]")))
    assert "twice" in bundle.flaws[0].detail
    assert bundle.files["manifest.json"] == b"{}"


def test_an_encrypted_entry_is_a_flaw(read: Callable[[bytes], Bundle]) -> None:
    content = bytearray(zipped(lambda archive: archive.writestr("a.js", "x")))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert [flaw.detail for flaw in read(bytes(content)).flaws] == ["it is encrypted"]


def test_a_bomb_is_not_unpacked(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(lambda archive: archive.writestr("bomb.txt", bytes(50_000_000))))
    assert [flaw.kind for flaw in bundle.flaws] == [TOO_LARGE]
    assert "bomb.txt" not in bundle


def test_a_bomb_does_not_hide_what_stands_behind_it(read: Callable[[bytes], Bundle]) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        archive.writestr("bomb.txt", bytes(150_000_000))
        archive.writestr("script.js", "1;")

    bundle = read(zipped(fill))
    assert [flaw.path for flaw in bundle.flaws] == ["bomb.txt"]
    assert "script.js" in bundle


def test_a_bomb_with_a_backslash_in_its_name_is_not_unpacked_either(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(lambda archive: archive.writestr("a\\bomb.txt", bytes(50_000_000))))
    assert [flaw.kind for flaw in bundle.flaws] == [TOO_LARGE]
    assert list(bundle.files) == ["manifest.json"]


def test_a_rare_method_of_packing_is_a_flaw(read: Callable[[bytes], Bundle]) -> None:
    bundle = read(zipped(lambda archive: archive.writestr("a.js", "1;" * 99, zipfile.ZIP_LZMA)))
    assert "few programs know" in bundle.flaws[0].detail
    assert "a.js" not in bundle


def test_a_folder_written_with_a_backslash_is_no_file(read: Callable[[bytes], Bundle]) -> None:
    assert list(read(zipped(lambda archive: archive.writestr("i18n\\", ""))).files) == ["manifest.json"]


def test_a_forged_size_does_not_fill_the_memory(read: Callable[[bytes], Bundle]) -> None:
    content = bytearray(zipped(lambda archive: archive.writestr("a.js", bytes(5_000_000))))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    assert [flaw.kind for flaw in read(bytes(content)).flaws] == [DAMAGED]


def test_a_damaged_entry_is_a_flaw(read: Callable[[bytes], Bundle]) -> None:
    content = bytearray(zipped(lambda archive: archive.writestr("a.js", "some code that is long enough" * 9)))
    content[content.index(b"a.js") + 10] ^= 0xFF
    assert [flaw.kind for flaw in read(bytes(content)).flaws] == [DAMAGED]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(17)])
def test_what_is_no_zip_is_wrong_use(read: Callable[[bytes], Bundle], content: bytes) -> None:
    with pytest.raises(WrongUse, match="no zip"):
        read(content)
