"""Upload sessions and files.

https://www.amocrm.ru/developers/content/files/files-api
"""

import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sandbox.ground import Ground, locked

MAX_FILE, MAX_PART = 314572800, 524288
SESSION_LIFE_S = 86400
KINDS = ("image", "video", "audio")
Record = dict[str, Any]


class NoFile(Exception):
    """There is no such session or file."""


class TooLarge(Exception):
    """A part or a file above its limit."""


@dataclass
class Upload:
    """A file on its way. ``token`` is the address of the next part."""

    session_id: int
    account_id: int
    user_id: int
    name: str
    size: int
    content_type: str
    begun_at: int
    token: str
    content: bytearray = field(default_factory=bytearray)


@dataclass
class File:
    """A stored file with its content."""

    account_id: int
    record: Record
    content: bytes


class Drive:
    """Files of every account."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.uploads: dict[str, Upload] = {}
        self.files: dict[str, File] = {}

    @property
    def host(self) -> str:
        """Return the host of files."""
        return "drive-c.kommo.com" if self.ground.switches.is_kommo else "drive-b.amocrm.ru"

    @locked
    def begin(self, account_id: int, user_id: int, name: str, size: int, content_type: str) -> Record:
        """Open a session for a file of ``size`` bytes; raise TooLarge."""
        if not 0 < size <= MAX_FILE:
            raise TooLarge(f"file_size must be 1 to {MAX_FILE}")
        ids, now = self.ground.ids, self.ground.clock.seconds()
        kind = content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        upload = Upload(ids.number("session"), account_id, user_id, name, size, kind, now, ids.hex(40))
        self.uploads[upload.token] = upload
        limits = {"max_file_size": MAX_FILE, "max_part_size": MAX_PART}
        return limits | {"session_id": upload.session_id, "upload_url": self._upload_url(upload)}

    @locked
    def take(self, token: str, part: bytes) -> Record:
        """Take the next part; return where the one after it goes, or the file; raise NoFile, TooLarge."""
        upload = self.uploads.get(token)
        if upload is None or self.ground.clock.now() - upload.begun_at > SESSION_LIFE_S:
            raise NoFile(f"no upload session {token}, or it is more than a day old")
        if len(part) > MAX_PART or len(upload.content) + len(part) > upload.size:
            raise TooLarge(f"a part has at most {MAX_PART} bytes, and the file {upload.size}")
        del self.uploads[token]
        upload.content += part
        if len(upload.content) < upload.size:
            upload.token = self.ground.ids.hex(40)
            self.uploads[upload.token] = upload
            return {"session_id": upload.session_id, "next_url": self._upload_url(upload)}
        return self._keep(upload)

    def of_account(self, account_id: int, *, is_trashed: bool = False) -> list[Record]:
        """Return the files of an account, or those in its bin."""
        found = [file.record for file in self.files.values() if file.account_id == account_id]
        return [record for record in found if record["is_trashed"] is is_trashed]

    def find(self, account_id: int, uuid: str) -> File:
        """Return a file; raise NoFile."""
        found = self.files.get(uuid)
        if found is None or found.account_id != account_id:
            raise NoFile(f"no file {uuid}")
        return found

    @locked
    def rename(self, account_id: int, uuid: str, name: str) -> Record:
        """Give a file a new name; raise NoFile."""
        record = self.find(account_id, uuid).record
        record |= {"name": name, "sanitized_name": name, "updated_at": self.ground.clock.seconds()}
        return record

    @locked
    def trash(self, account_id: int, uuid: str, *, is_trashed: bool = True) -> None:
        """Put a file into the bin or take it out; raise NoFile."""
        record = self.find(account_id, uuid).record
        now = self.ground.clock.seconds()
        record |= {"is_trashed": is_trashed, "deleted_at": now if is_trashed else None}

    def _keep(self, upload: Upload) -> Record:
        uuid, now = self.ground.ids.uuid(), self.ground.clock.seconds()
        path = PurePosixPath(upload.name)
        kind = upload.content_type.partition("/")[0]
        author = {"type": "internal", "id": upload.user_id}
        record: Record = {
            "uuid": uuid,
            "version_uuid": self.ground.ids.uuid(),
            "name": path.stem,
            "sanitized_name": path.stem,
            "type": kind if kind in KINDS else "file",
            "size": upload.size,
            "is_trashed": False,
            "source_id": None,
            "metadata": {"extension": path.suffix.lstrip("."), "mime_type": upload.content_type},
            "previews": None,
            "has_multiple_versions": False,
            "created_at": now,
            "created_by": author,
            "updated_at": now,
            "updated_by": author,
            "deleted_at": None,
            "deleted_by": None,
            "session_id": upload.session_id,
            "_links": {
                "download": {"href": f"https://{self.host}/download/{upload.account_id}/{uuid}/{upload.name}"},
                "self": {"href": f"https://{self.host}/v1.0/files/{uuid}"},
            },
        }
        self.files[uuid] = File(upload.account_id, record, bytes(upload.content))
        return record

    def _upload_url(self, upload: Upload) -> str:
        return f"https://{self.host}/v1.0/sessions/upload/{upload.token}"
