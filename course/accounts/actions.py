"""Writes of accounts: signing up, in and out, passwords, own settings, leaving."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from course.accounts import queries
from course.accounts.models import PasswordReset, SignIn, SignUp, User
from course.accounts.passwords import hash_password, needs_rehash, verify
from course.accounts.signals import role_changed, signed_in
from course.accounts.tokens import digest, new_token
from course.core import outbox
from course.core.access import Role
from course.core.clock import now
from course.core.db import db, end_transaction
from course.core.i18n import _
from course.core.log import log

SIGN_UP_LASTS = timedelta(days=2)
RESET_LASTS = timedelta(hours=1)


def ask_for_account(email: str, *, base_url: str, language: str, return_to: str | None) -> None:
    """Mail a link that makes the account; who already has one is told so, by mail only.

    The page answers the same in both cases, so nobody learns who has an account here.
    """
    token = new_token()
    # Who never used the link may not want to be known here at all.
    db.session.execute(delete(SignUp).where(SignUp.expires_at <= now()))
    known = queries.user_by_email(email)
    if known is None:
        db.session.add(
            SignUp(
                email=email,
                token_hash=digest(token),
                return_to=return_to,
                language=language,
                expires_at=now() + SIGN_UP_LASTS,
            )
        )
        subject = _("Make your Weegschaal account")
        body = _(
            "Hello,\n\nOpen this link to choose a password and start:\n\n%(link)s\n\n"
            "The link works for two days. "
            "If you did not ask for this, you can ignore this message.",
            link=f"{base_url}/signup/{token}",
        )
    else:
        subject = _("You already have a Weegschaal account")
        body = _(
            "Hello,\n\nSomebody, probably you, asked for an account with this address. "
            "You already have one. Sign in here:\n\n%(login)s\n\n"
            "Forgotten your password? Choose a new one here:\n\n%(reset)s",
            login=f"{base_url}/login",
            reset=f"{base_url}/password",
        )
    outbox.post(key=f"sign-up:{digest(token)}", recipient=email, subject=subject, body=body)
    db.session.commit()
    log.info("account_asked")


def create_user(
    *,
    email: str,
    name: str,
    password: str,
    role: Role = Role.LEARNER,
    language: str | None = None,
    is_demo: bool = False,
) -> User:
    """Make an account. Raises :exc:`sqlalchemy.exc.IntegrityError` when the address is taken."""
    user = User(
        email=email.strip().lower(),
        name=name,
        password_hash=hash_password(password),
        role=role,
        language=language,
        is_demo=is_demo,
    )
    db.session.add(user)
    db.session.commit()
    log.info("account_made", user=user.id, role=role)
    return user


def finish_sign_up(
    email: str,
    language: str,
    *,
    name: str,
    password: str,
    browser: str,
    days: int,
    visitor: str | None,
) -> tuple[User, str]:
    """Make the account of an address that a link proved, and sign in; also the browser's token.

    Raises :exc:`sqlalchemy.exc.IntegrityError` when the address got an account meanwhile.
    """
    end_transaction()
    user = User(email=email, name=name, password_hash=hash_password(password), language=language)
    db.session.add(user)
    db.session.execute(delete(SignUp).where(SignUp.email == email))
    db.session.flush()
    token = _sign_in(user, browser=browser, days=days, visitor=visitor)
    db.session.commit()
    log.info("account_made", user=user.id, role=user.role)
    return user, token


def sign_in(
    email: str, password: str, *, browser: str, days: int, visitor: str | None
) -> tuple[User, str] | None:
    """Check the password and sign in; ``None`` when either is wrong, without saying which."""
    user = queries.user_by_email(email)
    password_hash = user.password_hash if user else None
    end_transaction()  # hashing takes 30 ms: nobody else should wait for it
    if not verify(password_hash, password) or user is None:
        log.info("sign_in_refused")
        return None
    renewed = hash_password(password) if needs_rehash(user.password_hash) else None
    end_transaction()
    # What was checked may have been replaced meanwhile, by somebody who is shutting a thief out.
    statement = select(User.password_hash).filter_by(id=user.id).with_for_update()
    if db.session.scalar(statement) != password_hash:
        db.session.rollback()
        log.info("sign_in_refused")
        return None
    if renewed:
        _set_password(user.id, renewed)
    token = _sign_in(user, browser=browser, days=days, visitor=visitor)
    db.session.commit()
    log.info("signed_in", user=user.id)
    return user, token


def _sign_in(user: User, *, browser: str, days: int, visitor: str | None) -> str:
    token = new_token()
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.expires_at <= now()))
    db.session.add(
        SignIn(
            user_id=user.id,
            token_hash=digest(token),
            browser=browser[:80],
            expires_at=now() + timedelta(days=days),
        )
    )
    signed_in.send(user, visitor=visitor)
    return token


def sign_out(token: str) -> None:
    """Forget this browser."""
    db.session.execute(delete(SignIn).where(SignIn.token_hash == digest(token)))
    db.session.commit()


def sign_out_everywhere(user_id: int, *, except_token: str | None = None) -> int:
    """Forget all browsers of this user, but for the one at hand; return how many."""
    statement = delete(SignIn).where(SignIn.user_id == user_id)
    if except_token:
        statement = statement.where(SignIn.token_hash != digest(except_token))
    gone = db.session.execute(statement.returning(SignIn.id)).all()
    db.session.commit()
    log.info("signed_out_everywhere", user=user_id, browsers=len(gone))
    return len(gone)


def ask_for_reset(email: str, *, base_url: str) -> None:
    """Mail a link to choose a new password, if there is such an account; the page never says."""
    token = new_token()
    db.session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= now()))
    user = queries.user_by_email(email)
    if user is not None:
        db.session.add(
            PasswordReset(user_id=user.id, token_hash=digest(token), expires_at=now() + RESET_LASTS)
        )
        outbox.post(
            key=f"reset:{digest(token)}",
            recipient=user.email,
            subject=_("Choose a new password for Weegschaal"),
            body=_(
                "Hello %(name)s,\n\nOpen this link to choose a new password:\n\n%(link)s\n\n"
                "The link works once, for an hour. If you did not ask for this, "
                "your password stays as it is.",
                name=user.name,
                link=f"{base_url}/password/{token}",
            ),
        )
    db.session.commit()
    log.info("reset_asked")


def reset_password(asked: PasswordReset, password: str) -> None:
    """Set the new password, use up all links, and sign out everywhere.

    Of two who use the same link at once, the second changes nothing.
    """
    user_id, link = asked.user_id, asked.id
    end_transaction()
    password_hash = hash_password(password)
    mine = delete(PasswordReset).where(PasswordReset.id == link).returning(PasswordReset.id)
    if db.session.scalar(mine) is None:
        db.session.rollback()
        return
    _set_password(user_id, password_hash)
    db.session.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
    db.session.execute(delete(SignIn).where(SignIn.user_id == user_id))
    db.session.commit()
    log.info("password_reset", user=user_id)


def change_password(user_id: int, password: str, *, keep_token: str | None) -> None:
    """Set a new password and sign out all other browsers."""
    end_transaction()
    _set_password(user_id, hash_password(password))
    others = delete(SignIn).where(SignIn.user_id == user_id)
    if keep_token:
        others = others.where(SignIn.token_hash != digest(keep_token))
    db.session.execute(others)
    db.session.commit()
    log.info("password_changed", user=user_id)


def _set_password(user_id: int, password_hash: str) -> None:
    db.session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def change_settings(user: User, *, name: str, language: str | None, shortcuts: bool) -> None:
    """Keep the name, the language and whether single keys do something."""
    user.name, user.language, user.shortcuts = name, language, shortcuts
    db.session.commit()


def choose_language(user: User, language: str) -> None:
    """Keep the language chosen in the header."""
    user.language = language
    db.session.commit()


def change_role(user: User, role: Role, *, by: int | None = None) -> None:
    """Make somebody an instructor, an administrator or a learner again.

    Signs them out, so that no page goes on with the old rights. ``by`` is ``None`` for a command.
    """
    user.role = role
    role_changed.send(user, by=by, role=role)
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id))
    db.session.commit()
    log.info("role_changed", user=user.id, role=role)


def delete_account(user: User) -> None:
    """Delete the account and everything that belongs to it, mails included."""
    user_id = user.id
    db.session.execute(delete(outbox.Message).where(outbox.Message.recipient == user.email))
    outbox.forget_reply_to(user.email)
    db.session.execute(delete(SignUp).where(SignUp.email == user.email))
    for table, address in queries.addressed().items():
        db.session.execute(delete(table).where(address == user.email))
    db.session.execute(delete(User).where(User.id == user_id))
    db.session.commit()
    log.info("account_deleted", user=user_id)
