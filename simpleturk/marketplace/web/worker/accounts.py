"""Signing in, up and out; passwords; terms; what workers say about themselves."""

from typing import Any, NoReturn
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simpleturk.marketplace.people import attempts, worker_accounts, workers
from simpleturk.marketplace.people.worker_accounts import Session
from simpleturk.marketplace.people.worker_errors import WorkerError
from simpleturk.marketplace.store.transaction import Transaction
from simpleturk.marketplace.web.identity import forget_session
from simpleturk.marketplace.web.pages import safe_path
from simpleturk.marketplace.web.passwords import SignInError, client_of
from simpleturk.marketplace.web.worker.worker_pages import WorkerPages
from simpleturk.mturk.countries import COUNTRIES, US_STATES
from simpleturk.mturk.limits import WORKER_ID

#: What is wrong with an id that cannot be a worker's.
BAD_ID = "Use up to 64 letters, digits, and the signs . _ @ -"


class AccountPages(WorkerPages):
    """The pages on which workers say who they are."""

    def routes(self) -> list[Route]:
        """The addresses of these pages."""
        return [
            Route("/sign-in", self.sign_in_page),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/sign-up", self.sign_up_page),
            Route("/sign-up", self.sign_up, methods=["POST"]),
            Route("/invitation", self.invitation_page),
            Route("/password", self.password_page),
            Route("/password", self.set_password, methods=["POST"]),
            Route("/terms", self.accept_terms, methods=["POST"]),
            Route("/account", self.account),
            Route("/account", self.set_profile, methods=["POST"]),
            Route("/account/password", self.change_password, methods=["POST"]),
            Route("/account/sign-out-everywhere", self.sign_out_everywhere, methods=["POST"]),
        ]

    # In and out

    def sign_in_page(self, request: Request) -> Response:
        """The form for signing in."""
        return self.page(request, "sign_in.html", next="/")

    async def sign_in(self, request: Request) -> Response:
        """Sign in with what the form says, and continue at the page that was asked for."""
        form = await self.checked_form(request)
        worker_id, goal = form.get("worker_id", "").strip(), safe_path(form.get("next", "/"))
        try:
            if not WORKER_ID.fullmatch(worker_id):
                raise SignInError(f"This cannot be a worker ID. {BAD_ID}")
            session = await self.identity.sign_in(request, worker_id, form.get("password", ""))
        except SignInError as error:
            context: dict[str, Any] = {"problem": str(error), "worker_id": worker_id[:64], "next": goal}
            return self.page(request, "sign_in.html", status=400, **context)
        self.identity.remember(request, session)
        return RedirectResponse(goal, 303)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        await self.checked_form(request)
        await self.threads.writing(self._sign_out, self.signed_in(request))
        forget_session(request)
        # Drafts of answers are in the browser's storage: the next person at this computer does not need them.
        return RedirectResponse("/", 303, headers={"Clear-Site-Data": '"storage"'})

    async def sign_out_everywhere(self, request: Request) -> Response:
        """End every session of a worker."""
        await self.checked_form(request)
        await self.change(self.signed_in(request), worker_accounts.end_sessions, before_terms=True)
        forget_session(request)
        return RedirectResponse("/", 303)

    # Accounts

    def sign_up_page(self, request: Request) -> Response:
        """The form for a new account, for workers with an invitation, or for all if `sign_up` is set."""
        self._check_invitation(request.query_params.get("key"), client_of(request))
        return self.page(request, "sign_up.html", key=request.query_params.get("key", ""))

    def invitation_page(self, request: Request) -> Response:
        """An invitation's link, large and as a QR code, for the projector of a room full of phones."""
        key = request.query_params.get("key", "")
        self._check_invitation(key, client_of(request))
        link = f"{request.url.scheme}://{request.url.netloc}/sign-up?key={quote(key)}"
        import segno  # only here: other pages need no QR codes

        code = segno.make(link, error="m", micro=False)
        picture = code.svg_inline(scale=8, border=4, omitsize=True, svgclass="code", lineclass=None, light="#fff")
        return self.page(request, "invitation.html", link=link, code=Markup(picture))

    async def sign_up(self, request: Request) -> Response:
        """Create an account, and sign in."""
        form = await self.checked_form(request)
        worker_id, key, address = form.get("worker_id", "").strip(), form.get("key") or None, client_of(request)
        await self.threads.reading(self._check_invitation, key, address)
        try:
            session = await self._new_account(worker_id, form.get("password", ""), key, address)
        except WorkerError as refusal:
            if refusal.status == 404:
                raise
            context: dict[str, Any] = {"problem": f"{refusal.title} {refusal.reason}", "key": key or ""}
            status = 429 if refusal.status == 429 else 400
            return self.page(request, "sign_up.html", status=status, worker_id=worker_id[:64], **context)
        self.identity.remember(request, session)
        return RedirectResponse("/", 303)

    async def _new_account(self, worker_id: str, password: str, key: str | None, address: str) -> Session:
        if not WORKER_ID.fullmatch(worker_id):
            raise WorkerError("This cannot be a worker ID.", BAD_ID, 400)
        worker_accounts.check_password(worker_id, password)
        # Before the hash, which is slow: an id that is taken needs none.
        await self.threads.writing(self._check_id, worker_id, key, address)
        group = worker_accounts.digest(key) if key else attempts.networks_of(address)[0]
        password_hash = await self.passwords.hashed(worker_id, password, group)
        return await self.threads.writing(self._sign_up, worker_id, password_hash, key)

    def _check_invitation(self, key: str | None, address: str) -> None:
        if not key and self.settings.sign_up:
            return
        with self.marketplace.read() as transaction:
            if key and worker_accounts.is_invitation_valid(transaction, key):
                return
        if not key:
            reason = "Open the link of your invitation, or ask the operator of this site for one."
            raise WorkerError("You need an invitation to create an account.", reason, 404)
        self._refuse_link(address)

    def password_page(self, request: Request) -> Response:
        """The form for setting a password, for workers with a link."""
        key = request.query_params.get("key", "")
        return self.page(request, "password.html", key=key, owner=self._owner(key, client_of(request)))

    async def set_password(self, request: Request) -> Response:
        """Set a password, and sign in."""
        form = await self.checked_form(request)
        key = form.get("key", "")
        owner = await self.threads.reading(self._owner, key, client_of(request))
        try:
            password = await self.passwords.hashed(owner, form.get("password", ""), worker_accounts.digest(key))
        except WorkerError as refusal:
            context: dict[str, Any] = {"problem": f"{refusal.title} {refusal.reason}", "key": key, "owner": owner}
            return self.page(request, "password.html", status=400, **context)
        self.identity.remember(request, await self.threads.writing(self._use_link, key, password))
        return RedirectResponse("/", 303)

    def _owner(self, key: str, address: str) -> str:
        with self.marketplace.read() as transaction:
            owner = worker_accounts.password_link_owner(transaction, key)
        if owner is None:
            self._refuse_link(address)
        return owner

    def _refuse_link(self, address: str) -> NoReturn:
        """Refuse a link that does not exist. Raises WorkerError.

        An address that guesses too often is refused without a look-up's result. A link that exists always works: a
        stranger who guesses must not close the door for others at the same address.
        """
        counters = attempts.of_unknown_links(address)
        with self.marketplace.read(apply_due=False) as transaction:
            is_allowed = attempts.is_allowed(transaction, counters)
        if not is_allowed:
            raise WorkerError("Too many attempts.", "Wait 15 minutes, then open a valid link.", 429)
        with self.marketplace.write() as transaction:
            attempts.record(transaction, counters)
        raise worker_accounts.invalid_link()

    async def change_password(self, request: Request) -> Response:
        """Change the password; other sessions of the worker end."""
        form = await self.checked_form(request)
        session = self.signed_in(request)
        try:
            # Counted by session: failed attempts of others do not lock out a worker who is signed in.
            await self.passwords.verify(session.worker_id, form.get("old", ""), client_of(request), session.session_id)
        except SignInError as error:
            raise WorkerError("Your password was not changed.", str(error), 400) from error
        password = await self.passwords.hashed(session.worker_id, form.get("password", ""), session.session_id)
        self.identity.remember(request, await self.change(session, worker_accounts.change_password, password))
        return RedirectResponse("/account?changed=1", 303)

    # Profile

    async def accept_terms(self, request: Request) -> Response:
        """Accept the terms, and continue."""
        form = await self.checked_form(request)
        await self.change(self.signed_in(request), worker_accounts.accept_terms, self.settings.terms, before_terms=True)
        return RedirectResponse(safe_path(form.get("next", "/")), 303)

    def account(self, request: Request) -> Response:
        """The page with a worker's profile and password."""
        worker_id = self.worker(request)
        with self.marketplace.read() as transaction:
            profile = workers.get_profile(transaction, worker_id)
        return self.page(
            request,
            "account.html",
            countries=COUNTRIES,
            states=US_STATES,
            profile=profile,
            is_saved=request.query_params.get("changed") == "1",
            is_place_fixed=self._is_fixed(profile),
        )

    async def set_profile(self, request: Request) -> Response:
        """Set the worker's country, for HITs that are limited to a location, and consent to adult content."""
        form = await self.checked_form(request)
        country = form.get("country", "").strip().upper()
        subdivision = form.get("subdivision", "").strip().upper()
        if country not in ("", *COUNTRIES) or subdivision not in ("", *US_STATES):
            raise WorkerError("This country or state does not exist.", "Go back, and choose one from the list.", 400)
        subdivision = subdivision if country == "US" else ""
        profile = workers.Profile(country, subdivision, form.get("adult") == "1")
        await self.change(self.signed_in(request), self._set_profile, profile)
        return RedirectResponse("/account?changed=1", 303)

    def _is_fixed(self, profile: workers.Profile) -> bool:
        """Whether the worker can no longer change their country: with accounts, requesters rely on it."""
        return not self.settings.open_access and bool(profile.country)

    def _set_profile(self, transaction: Transaction, worker_id: str, profile: workers.Profile) -> None:
        stored = workers.get_profile(transaction, worker_id)
        if self._is_fixed(stored):
            profile = workers.Profile(stored.country, stored.subdivision, profile.adult)
        workers.set_profile(transaction, worker_id, profile)

    # Transactions; they run in a thread.

    def _check_id(self, worker_id: str, key: str | None, address: str) -> None:
        """Raise WorkerError for an id that is taken, which each refusal reveals, and for too many new accounts.

        With an invitation each id that is free uses it up, so only the refusals are limited.
        """
        with self.marketplace.write() as transaction:
            if key is None and not attempts.take(transaction, attempts.of_open_sign_ups(address)):
                raise WorkerError("Too many attempts.", "Wait 15 minutes, then try again.", 429)
            if not workers.is_id_used(transaction, worker_id):
                return
            counters = attempts.of_taken_ids(worker_accounts.digest(key) if key else "", address)
            is_allowed = attempts.take(transaction, counters)
        # After the commit, which an exception prevents.
        if not is_allowed:
            reason = "Many IDs that were tried are taken. Choose an unusual one, or wait 15 minutes."
            raise WorkerError("Too many attempts.", reason, 429)
        raise worker_accounts.id_taken()

    def _sign_out(self, session: Session) -> None:
        with self.marketplace.write() as transaction:
            worker_accounts.sign_out(transaction, session)

    def _sign_up(self, worker_id: str, password: str, key: str | None) -> Session:
        with self.marketplace.write() as transaction:
            return worker_accounts.sign_up(transaction, worker_id, password, key)

    def _use_link(self, key: str, password: str) -> Session:
        with self.marketplace.write() as transaction:
            return worker_accounts.use_password_link(transaction, key, password)
