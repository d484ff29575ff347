"""What pydantic found wrong, as sentences that tell an author what to do."""

import types
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from course.curriculum.positions import Lines, Location, Problem
from course.curriculum.schema import Texts


def explain(
    error: ValidationError, model: type[BaseModel], lines: Lines, shown: str
) -> Iterator[Problem]:
    """One problem for each thing that is wrong with a file that should hold a ``model``."""
    errors = error.errors()
    for details in errors:
        if details["type"] == "too_short" and _has_wrong_items(details, errors):
            continue  # pydantic only counts the items that are right.
        location, message = _explain(details, model)
        yield Problem(shown, lines.of(location), named(location), message)


def named(location: Location) -> str:
    """A location as authors read it: "steps.3.title.nl"."""
    return ".".join(map(str, location)) or "file"


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A hint to add to a message: ": did you mean 'waakvlam'?", or nothing."""
    near = get_close_matches(word.lower(), sorted(known), 1)
    return f": did you mean {near[0]!r}?" if near else ""


def _has_wrong_items(details: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    location = details["loc"]
    return any(
        other["loc"][: len(location)] == location and len(other["loc"]) > len(location)
        for other in errors
    )


def _explain(details: ErrorDetails, model: type[BaseModel]) -> tuple[Location, str]:
    location: Location = tuple(details["loc"])
    about = details.get("ctx", {})
    last = str(location[-1]) if location else ""
    if details["input"] is None and details["type"] != "missing":
        required = last in {"nl", "en"} or details["type"] == "string_type"
        return location, "is empty: write a text" if required else "is empty: write or remove it"
    match details["type"]:
        case "missing" if last in {"nl", "en"}:
            return location, f"translation is missing: add an '{last}' text"
        case "missing":
            return location, f"is missing: add '{last}'"
        case "extra_forbidden":
            return location, _unknown_key(last, _at(model, location[:-1]))
        case "union_tag_not_found":
            key, kinds = _discriminator(about), _tags(_at(model, location))
            return location, f"has no {key}: add '{key}', one of {kinds}"
        case "union_tag_invalid":
            key, kinds = _discriminator(about), _tags(_at(model, location))
            return (*location, key), f"{about['tag']!r} is not a {key}: choose one of {kinds}"
        case "string_pattern_mismatch":
            return location, (
                f"{details['input']!r} is not a slug: use 2 to 40 small letters, digits and "
                "hyphens, a letter first"
            )
        case "string_type":
            if isinstance(details["input"], dict | list):
                return location, "must be one text: write it behind the key, or below '>-'"
            return location, f"must be a text: put it between quotes, '{_yaml(details['input'])}'"
        case "string_too_short":
            return location, "is empty: write a text"
        case "string_too_long":
            long, most = len(details["input"]), about["max_length"]
            return location, f"has {long} characters, at most {most} fit: shorten it"
        case "model_type" | "dict_type" | "model_attributes_type":
            if _at(model, location) is Texts:
                return location, "needs both languages: write 'nl:' and 'en:' on lines below it"
            return location, "needs keys and values: write 'key: value' lines below it"
        case "tuple_type" | "list_type":
            return location, "must be a list: write each item on a line of its own, after '- '"
        case "too_short":
            few, least = about["actual_length"], about["min_length"]
            return location, f"has {few}, needs at least {least}: add {least - few}"
        case "too_long":
            many, most = about["actual_length"], about["max_length"]
            return location, f"has {many}, at most {most} fit: remove {many - most}"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return (
                location,
                f"'{_yaml(details['input'])}' is not a whole number: write digits, without quotes",
            )
        case "decimal_type" | "decimal_parsing" | "finite_number":
            message = "is not a number: write digits, with a point for decimals"
            return location, f"'{_yaml(details['input'])}' {message}"
        case "bool_type" | "bool_parsing":
            return location, f"'{_yaml(details['input'])}' is neither true nor false: write one"
        case "greater_than_equal":
            return location, f"{details['input']} is too low: write at least {about['ge']}"
        case "less_than_equal":
            return location, f"{details['input']} is too high: write at most {about['le']}"
        case "enum" | "literal_error":
            expected = about["expected"]
            return location, f"'{_yaml(details['input'])}' is not known: choose {expected}"
        case "value_error":
            slug = details["input"].get("slug") if isinstance(details["input"], dict) else None
            return location, str(about["error"]).replace("<slug>", str(slug or "<slug>"))
    return location, f"{details['msg']}: change it"


def _unknown_key(key: str, model: object) -> str:
    # A body is written in Markdown files, which the loader adds.
    fields = [name for name in model.model_fields if name != "body"] if _is_model(model) else []
    if hint := did_you_mean(key, fields):
        return f"unknown key{hint}"
    known = ", ".join(fields)
    return (
        f"unknown key: remove it, or choose one of {known}" if known else "unknown key: remove it"
    )


def _yaml(value: object) -> str:
    """A value as it stands in the file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- Finding the model at a place ----------------------------------------------------------


def _at(kind: Any, location: Location) -> Any:
    """The annotation of the schema at a location, or None; union tags are part of locations."""
    kind = _bare(kind)
    if not location:
        return kind
    step, rest = location[0], location[1:]
    if _is_model(kind):
        known = kind.model_fields.get(str(step))
        # A field keeps its discriminator, but _bare() looks at the union itself.
        return _at(known.annotation, rest) if known else None
    if get_origin(kind) is tuple and isinstance(step, int):
        return _at(get_args(kind)[0], rest)
    if _is_union(kind):
        for member in get_args(kind):
            if step in _literals(member):
                return _at(member, rest)
    return None


def _bare(kind: Any) -> Any:
    """An annotation without ``Annotated`` and without ``| None``."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if _is_union(kind):
        members = [member for member in get_args(kind) if member is not type(None)]
        if len(members) == 1:
            return _bare(members[0])
    return kind


def _is_union(kind: object) -> bool:
    return get_origin(kind) in {Union, types.UnionType}


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _literals(member: object) -> tuple[object, ...]:
    """The tags of a member of a discriminated union."""
    if not _is_model(member):
        return ()
    annotations = [
        member.model_fields[key].annotation
        for key in ("kind", "type")
        if key in member.model_fields
    ]
    return tuple(tag for annotation in annotations for tag in get_args(annotation))


def _tags(union: object) -> str:
    return ", ".join(str(tag) for member in get_args(union) for tag in _literals(member))


def _discriminator(about: dict[str, Any]) -> str:
    return str(about["discriminator"]).strip("'")
