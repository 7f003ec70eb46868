"""Uploaded files: received with a submission, and sent to the requester whose keys have asked for their address.

An address works for a minute, as Amazon's did. A file is sent as bytes to save, never as a page, whatever the worker
says that it is.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.domain import worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.web.database_threads import Threads
from simpleturk.marketplace.web.form_data import MAX_FORM_BYTES, FormWithFiles, ReceivedFile, read_form_with_files
from simpleturk.marketplace.web.settings import UploadLimits
from simpleturk.mturk.media_types import BINARY
from simpleturk.mturk.uploads import MAX_NAME, Upload, safe_name, upload_text

#: How long the address of a file works, in seconds. Source: the API reference's page on GetFileUploadURL.
URL_SECONDS = 60

#: How many submissions' files are copied at once.
COPIERS = 4


class UploadLinks:
    """Makes the addresses of uploaded files, and serves them."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.uploads = marketplace.store.uploads
        self._signer = URLSafeTimedSerializer(marketplace.store.key("uploads").hex(), salt="upload")

    def url(self, origin: str, assignment_id: str, sha256: str, name: str) -> str | None:
        """The address of an assignment's file on this server, None if the file does not exist."""
        if self.uploads.find(assignment_id, sha256) is None:
            return None
        return f"{origin}/uploads/{self._signer.dumps([assignment_id, sha256, name])}"

    def route(self) -> Route:
        """The addresses of uploaded files."""
        return Route("/uploads/{token}", self.file)

    def file(self, request: Request) -> Response:
        """Send a file, as an attachment under a harmless name."""
        try:
            assignment_id, sha256, name = self._signer.loads(request.path_params["token"], max_age=URL_SECONDS)
        except BadSignature:
            return PlainTextResponse(f"This address is wrong, or is older than {URL_SECONDS} seconds.\n", 403)
        path = self.uploads.find(assignment_id, sha256)
        if path is None:
            return PlainTextResponse("This file does not exist.\n", 404)
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return FileResponse(path, media_type=BINARY, filename=safe_name(Upload(name, 0, "", sha256)), headers=headers)


class SavedForm(NamedTuple):
    """A submitted form with texts only, and the SHA-256s of the files that were saved for it."""

    fields: list[tuple[str, str]]
    digests: frozenset[str] = frozenset()


class SubmittedFiles:
    """Receives the files of submissions. Only files of accepted assignments reach the folder."""

    def __init__(self, marketplace: Marketplace, threads: Threads, limits: UploadLimits) -> None:
        self.marketplace = marketplace
        self.uploads = marketplace.store.uploads
        self.threads = threads
        self.limits = limits
        self._receiving: set[str] = set()
        # Copying files must not hold up the threads that read the database.
        self._copiers = CapacityLimiter(COPIERS)

    async def read(self, request: Request, assignment_id: str) -> FormWithFiles:
        """A form that is larger than forms without files may be. The caller closes its files; see `save`.

        `assignment_id` is the assignment that the address names: strangers who hold none cannot send so much, and those
        who do send one form at a time. Raises WorkerError.
        """
        is_known = await self.threads.reading(self._takes_files, assignment_id, request.session.get("worker_id"))
        if not is_known:
            raise WorkerError("Your answers are too large.", "Files can be sent only for a HIT that you accepted.", 413)
        if assignment_id in self._receiving:
            raise WorkerError("Your files are still arriving.", "Wait until they are submitted.", 409)
        self._receiving.add(assignment_id)
        try:
            return await read_form_with_files(request, self.limits.max_files_bytes + MAX_FORM_BYTES)
        finally:
            self._receiving.discard(assignment_id)

    @asynccontextmanager
    async def saved(self, assignment_id: str, form: FormWithFiles, worker_id: str | None) -> AsyncIterator[SavedForm]:
        """The form with what the answer says of its files; they are on the disk within the block.

        At the end only the files that the stored answer names are left. Raises WorkerError or StoreUnavailable.
        """
        files = [value for _, value in form if isinstance(value, ReceivedFile)]
        try:
            self._check_sizes(files)
            if not files or not await self.threads.reading(self._takes_files, assignment_id, worker_id):
                yield SavedForm([(name, value if isinstance(value, str) else value.name) for name, value in form])
                return
            try:
                yield await run_sync(self._save, assignment_id, form, limiter=self._copiers)
            except OSError as error:
                raise StoreUnavailable(f"uploaded files cannot be written: {error.strerror}") from error
            finally:
                with suppress(StoreUnavailable):
                    await self.threads.writing(self._tidy, assignment_id)
        finally:
            for file in files:
                file.content.close()

    def check_saved(self, assignment_id: str, form: SavedForm) -> None:
        """Raise WorkerError if a file of a form is not on the disk.

        Another submission of the same assignment, refused at the same time, may have removed it.
        """
        if any(self.uploads.find(assignment_id, sha256) is None for sha256 in form.digests):
            raise WorkerError("Your files did not arrive.", "Choose them and submit again.", 409)

    def _check_sizes(self, files: list[ReceivedFile]) -> None:
        most, most_together = self.limits.max_file_bytes, self.limits.max_files_bytes
        for file in files:
            if file.size > most:
                raise WorkerError(f"The file {file.name} is too large.", f"The limit is {_megabytes(most)}.", 413)
        if sum(file.size for file in files) > most_together:
            raise WorkerError("The files are too large together.", f"The limit is {_megabytes(most_together)}.", 413)

    def _takes_files(self, assignment_id: str, worker_id: str | None) -> bool:
        with self.marketplace.read(apply_due=False) as transaction:
            return worker_assignments.takes_files(transaction, assignment_id, worker_id)

    def _save(self, assignment_id: str, form: FormWithFiles) -> SavedForm:
        """Save the files. Those of one field become one value, "" if the worker chose none."""
        values: dict[str, list[Upload]] = {}
        fields: list[tuple[str, str]] = []
        for name, value in form:
            if isinstance(value, str):
                fields.append((name, value))
                continue
            uploads = values.setdefault(name, [])
            if value.name or value.size:
                sha256, size = self.uploads.save(assignment_id, value.content)
                uploads.append(Upload(value.name[:MAX_NAME], size, value.type[:MAX_NAME], sha256))
        digests = frozenset(upload.sha256 for uploads in values.values() for upload in uploads)
        return SavedForm([*fields, *((name, upload_text(uploads)) for name, uploads in values.items())], digests)

    def _tidy(self, assignment_id: str) -> None:
        """Delete the files that the stored answer does not name: in a writing transaction, as answers are stored."""
        with self.marketplace.write() as transaction:
            names = worker_assignments.upload_digests(transaction, assignment_id)
            with suppress(OSError):
                self.uploads.keep_only(assignment_id, names)


def _megabytes(number: int) -> str:
    return f"{number / 1_000_000:g} MB"
