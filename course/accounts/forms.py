"""Forms of accounts: the shape of what people send; nothing here looks in the database."""

from flask_babel.speaklater import LazyString
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from course.accounts.passwords import SHORTEST, Weakness, weakness
from course.core.forms import BaseForm, email_field
from course.core.i18n import _, _l

LONGEST_NAME = 80

_REFUSALS = {
    Weakness.SHORT: _l("Use at least 12 characters; a few words in a row are easy to remember."),
    Weakness.LONG: _l("Use at most 128 characters."),
    Weakness.COMMON: _l("This password is used a lot or repeats itself. Choose another one."),
    Weakness.PERSONAL: _l("This looks like your own name or address. Choose another one."),
}


def _name_field() -> StringField:
    return StringField(
        _l("Your name"),
        [DataRequired(_l("Fill in your name.")), Length(max=LONGEST_NAME)],
        filters=[lambda text: " ".join((text or "").split())],
        description=_l("The instructors of your groups see this name."),
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )


def _new_password_field(label: LazyString) -> PasswordField:
    return PasswordField(
        label,
        [InputRequired(_l("Choose a password."))],
        description=_l("At least 12 characters. Capitals and symbols are welcome, not required."),
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST},
    )


class _NewPassword(BaseForm):
    password = _new_password_field(_l("New password"))
    # Set by the view, for an own address or name makes a poor password. ``name`` may be a field.
    email = ""
    own_name = ""

    def validate_password(self, field: PasswordField) -> None:
        named = getattr(self, "name", None)
        name = named.data if named is not None and named.data else self.own_name
        found = weakness(field.data or "", email=self.email, name=name)
        if found:
            raise ValidationError(_REFUSALS[found])


class SignUpForm(BaseForm):
    """Ask for an account."""

    email = email_field()


class WelcomeForm(_NewPassword):
    """Finish signing up."""

    name = _name_field()
    password = _new_password_field(_l("Password"))  # below the name, as on the page


class LoginForm(BaseForm):
    """Sign in."""

    email = email_field()
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Fill in your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class ForgottenForm(BaseForm):
    """Ask for a link to choose a new password."""

    email = email_field()


class ResetForm(_NewPassword):
    """Choose a new password."""


class ChangePasswordForm(_NewPassword):
    """Choose a new password while signed in."""

    current_password = PasswordField(
        _l("Current password"),
        [InputRequired(_l("Fill in the password that you have now."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password_field(_l("New password"))  # after the other one, as on the page


class SettingsForm(BaseForm):
    """Name, language and shortcuts."""

    name = _name_field()
    language = RadioField(
        _l("Language"),
        choices=[("", _l("Same as my browser")), ("nl", "Nederlands"), ("en", "English")],
        default="",
    )
    shortcuts = BooleanField(
        _l("Use single keys as shortcuts"),
        description=_l("Switch this off if you dictate to your computer or hit keys by accident."),
    )


class DeleteForm(BaseForm):
    """Leave, for good."""

    sure = BooleanField(
        _l("I know that my answers, weighings and reflections are deleted for good"),
        [InputRequired(_l("Tick this box if you are sure."))],
    )
    password = PasswordField(
        _l("Your password"),
        [InputRequired(_l("Fill in your password, so that nobody else can do this."))],
        render_kw={"autocomplete": "current-password"},
    )


def wrong_password() -> str:
    """One text for a wrong address and a wrong password, so that neither is given away."""
    return _("This address and this password do not belong together. Check both and try again.")
