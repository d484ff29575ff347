"""Pages of accounts: signing up, in and out, a forgotten password, settings, own data."""

from email import message_from_bytes
from email.policy import default as mail_policy
from http import HTTPStatus
from pathlib import Path
from tempfile import SpooledTemporaryFile
from zipfile import ZipFile

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from course.accounts import actions, forms, queries
from course.accounts import session as browser
from course.accounts.models import User
from course.accounts.passwords import verify
from course.accounts.words import ROLE_WORDS
from course.core.access import Role, public, requires, signed_in
from course.core.clock import now
from course.core.current import settings
from course.core.db import db, end_transaction
from course.core.filetypes import MEGABYTE
from course.core.forms import NothingForm
from course.core.i18n import LANGUAGES, _, language
from course.core.jobs import wake
from course.core.outbox import letters
from course.core.security import limiter, safe_next
from course.core.uploads import content_of

bp = Blueprint("accounts", __name__, template_folder="templates")

# A whole school may come from one address, so an address gets much; an account gets little.
WHOLE_SCHOOL = "300 per hour"
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


def _account() -> str:
    return request.form.get("email", "").strip().lower()[:254]


def _me() -> str:
    return f"user-{current_user.get_id()}"


def _refused(response: BaseResponse) -> bool:
    return response.status_code == UNPROCESSABLE


def _welcome_back(token: str, target: str | None) -> BaseResponse:
    response = redirect(safe_next(target) or url_for("lessons.home"), 303)
    browser.keep(response, "sid", token, days=settings().session_days)
    return response


@bp.route("/signup", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"])
@limiter.limit("4 per hour", key_func=_account, methods=["POST"])
def sign_up() -> ResponseReturnValue:
    """Ask for an account; the answer is the same whether the address is known or not."""
    if current_user.is_authenticated:
        return redirect(url_for("lessons.home"), 303)
    form = forms.SignUpForm()
    if form.validate_on_submit():
        actions.ask_for_account(
            form.email.data,
            base_url=settings().base_url,
            language=language(),
            return_to=safe_next(request.args.get("next")),
        )
        wake(current_app._get_current_object())  # type: ignore[attr-defined]
        return redirect(url_for("accounts.mailed"), 303)
    page = render_template("accounts/sign_up.html", form=form)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.get("/signup/mailed")
@public
def mailed() -> ResponseReturnValue:
    """A mail is on its way."""
    return render_template("accounts/mailed.html", postbox=_has_postbox())


@bp.route("/signup/<token>", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"])
def welcome(token: str) -> ResponseReturnValue:
    """Choose a name and a password: the account exists from here on."""
    asked = queries.sign_up_by_token(token)
    if asked is None:
        return render_template("accounts/link_used.html", what="signup"), HTTPStatus.GONE
    form = forms.WelcomeForm()
    form.email = asked.email
    if form.validate_on_submit():
        try:
            _user, sid = actions.finish_sign_up(
                asked.email,
                asked.language,
                name=form.name.data,
                password=form.password.data,
                browser=browser.describe(request.user_agent.string),
                days=settings().session_days,
                # Of the browser that opens the link, not of the one that asked: anybody can ask
                # for an account with the address of somebody else.
                visitor=browser.visitor(),
            )
        except IntegrityError:
            db.session.rollback()
            return render_template("accounts/link_used.html", what="signup"), HTTPStatus.GONE
        flash(_("Welcome. What you filled in before is kept with your account."))
        return _welcome_back(sid, asked.return_to)
    page = render_template("accounts/welcome.html", form=form, email=asked.email)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.route("/login", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"], deduct_when=_refused)
@limiter.limit("10 per 15 minutes", key_func=_account, methods=["POST"], deduct_when=_refused)
def login() -> ResponseReturnValue:
    """Sign in, and go on where one was."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or url_for("lessons.home"), 303)
    form = forms.LoginForm()
    if form.validate_on_submit():
        done = actions.sign_in(
            form.email.data,
            form.password.data,
            browser=browser.describe(request.user_agent.string),
            days=settings().session_days,
            visitor=browser.visitor(),
        )
        if done:
            return _welcome_back(done[1], request.args.get("next"))
        form.password.errors = [forms.wrong_password()]
    page = render_template("accounts/login.html", form=form, next=request.args.get("next"))
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """Sign this browser out; nothing of the account stays in it."""
    token = browser.sign_in_token()
    if token:
        actions.sign_out(token)
    flash(_("You are signed out."))
    response = redirect(url_for("lessons.front"), 303)
    browser.forget(response, "sid")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.route("/password", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"])
@limiter.limit("4 per hour", key_func=_account, methods=["POST"])
def forgotten() -> ResponseReturnValue:
    """Ask for a link to choose a new password."""
    form = forms.ForgottenForm()
    if form.validate_on_submit():
        actions.ask_for_reset(form.email.data, base_url=settings().base_url)
        wake(current_app._get_current_object())  # type: ignore[attr-defined]
        return redirect(url_for("accounts.mailed"), 303)
    page = render_template("accounts/forgotten.html", form=form)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.route("/password/<token>", methods=["GET", "POST"])
@public
@limiter.limit(WHOLE_SCHOOL, methods=["POST"])
def new_password(token: str) -> ResponseReturnValue:
    """Choose a new password with the link from the mail."""
    asked = queries.reset_by_token(token)
    if asked is None:
        return render_template("accounts/link_used.html", what="password"), HTTPStatus.GONE
    user = db.session.get_one(User, asked.user_id)
    form = forms.ResetForm()
    form.email, form.own_name = user.email, user.name
    if form.validate_on_submit():
        actions.reset_password(asked, form.password.data)
        flash(_("Your new password is set and you are signed out everywhere. Sign in with it."))
        return redirect(url_for("accounts.login"), 303)
    page = render_template("accounts/new_password.html", form=form)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.post("/language/<code>")
@public
def choose_language(code: str) -> ResponseReturnValue:
    """Keep the language: with the account, or in the browser of a visitor."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    if current_user.is_authenticated:
        actions.choose_language(current_user, code)
    return redirect(safe_next(request.form.get("back")) or url_for("lessons.front"), 303)


@bp.route("/me/settings", methods=["GET", "POST"])
@signed_in
def own_settings() -> ResponseReturnValue:
    """Name, language, shortcuts; and in which browsers one is signed in."""
    form = forms.SettingsForm(
        data={
            "name": current_user.name,
            "language": current_user.language or "",
            "shortcuts": current_user.shortcuts,
        }
    )
    if form.validate_on_submit():
        actions.change_settings(
            current_user,
            name=form.name.data,
            language=form.language.data or None,
            shortcuts=form.shortcuts.data,
        )
        session.pop("language", None)
        flash(_("Your settings are saved."))
        return redirect(url_for("accounts.own_settings"), 303)
    page = render_template(
        "accounts/settings.html",
        form=form,
        sign_ins=queries.sign_ins_of(current_user.id),
        nothing=NothingForm(),
    )
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.route("/me/password", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per 15 minutes", key_func=_me, methods=["POST"], deduct_when=_refused)
def change_password() -> ResponseReturnValue:
    """Choose a new password; all other browsers are signed out."""
    form = forms.ChangePasswordForm()
    form.email, form.own_name = current_user.email, current_user.name
    if form.validate_on_submit():
        end_transaction()
        if verify(current_user.password_hash, form.current_password.data):
            actions.change_password(
                current_user.id, form.password.data, keep_token=browser.sign_in_token()
            )
            flash(_("Your password is changed. Other browsers are signed out."))
            return redirect(url_for("accounts.own_settings"), 303)
        form.current_password.errors = [_("This is not your current password.")]
    page = render_template("accounts/change_password.html", form=form)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.post("/me/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out all other browsers."""
    actions.sign_out_everywhere(current_user.id, except_token=browser.sign_in_token())
    flash(_("All other browsers are signed out."))
    return redirect(url_for("accounts.own_settings"), 303)


@bp.get("/me/privacy")
@signed_in
def privacy() -> ResponseReturnValue:
    """What is kept, who sees it, and how to take it along or delete it."""
    return render_template("accounts/privacy.html")


@bp.get("/me/privacy/weegschaal.json")
@signed_in
def download() -> ResponseReturnValue:
    """Everything kept about the user, as one JSON file."""
    response = _own_data()
    response.headers["Content-Disposition"] = 'attachment; filename="weegschaal.json"'
    return response


def _own_data() -> Response:
    return jsonify(made_at=now().isoformat(), **queries.own_data(current_user))


@bp.get("/me/privacy/weegschaal.zip")
@signed_in
def download_all() -> ResponseReturnValue:
    """The same, and beside it every file that the user handed in."""
    told = _own_data().data
    whole = SpooledTemporaryFile(max_size=MEGABYTE)  # noqa: SIM115 - closed when it was sent
    with ZipFile(whole, "w") as archive:
        archive.writestr("weegschaal.json", told)
        for number, file in enumerate(queries.own_files(current_user), start=1):
            archive.writestr(f"files/{number:03} {file.name}", content_of(file))
    whole.seek(0)
    response = send_file(whole, as_attachment=True, download_name="weegschaal.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/me/privacy/delete", methods=["GET", "POST"])
@signed_in
@limiter.limit("10 per 15 minutes", key_func=_me, methods=["POST"], deduct_when=_refused)
def delete() -> ResponseReturnValue:
    """Delete the account, after the password and a tick."""
    form = forms.DeleteForm()
    if form.validate_on_submit():
        end_transaction()
        if verify(current_user.password_hash, form.password.data):
            actions.delete_account(current_user)
            flash(_("Your account and everything in it have been deleted."))
            response = redirect(url_for("lessons.front"), 303)
            browser.forget(response, "sid")
            return response
        form.password.errors = [_("This is not your password.")]
    page = render_template("accounts/delete.html", form=form)
    return page, UNPROCESSABLE if form.errors else HTTPStatus.OK


@bp.get("/accounts")
@requires(Role.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Find an account, to make somebody an instructor or administrator."""
    text = request.args.get("q", "").strip()[:80]
    return render_template(
        "accounts/people.html",
        q=text,
        found=queries.search(text) if text else [],
        roles=ROLE_WORDS,
        nothing=NothingForm(),
    )


@bp.post("/accounts/<int:user_id>/role")
@requires(Role.ADMINISTRATOR)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give somebody another role; not oneself, so that an administrator remains."""
    user = db.session.get(User, user_id) or abort(404)
    role = request.form.get("role", "")
    if user.id == current_user.id:
        flash(_("You cannot change your own role. Ask another administrator."))
    elif role in {item.value for item in Role}:
        actions.change_role(user, Role(role), by=current_user.id)
        flash(_("%(name)s has a new role and has to sign in again.", name=user.name))
    return redirect(url_for("accounts.people", q=user.email), 303)


def _has_postbox() -> bool:
    local = request.remote_addr in {"127.0.0.1", "::1"}
    return local and not settings().is_production and not settings().mail_url


@bp.get("/postbox")
@public
def postbox() -> ResponseReturnValue:
    """The mails of a development site without a mail server; nowhere else does this exist."""
    if not _has_postbox():
        abort(404)
    folder: Path = settings().instance / "mail"
    mails = []
    for path in letters(folder)[:20]:
        mail = message_from_bytes(path.read_bytes(), policy=mail_policy)
        body = mail.get_body()
        mails.append((mail["To"], mail["Subject"], body.get_content() if body else ""))
    return render_template("accounts/postbox.html", mails=mails)
