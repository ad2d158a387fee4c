"""`otlp.proto` → message classes, at import, with no build step: the engine reads the very same text.

Two families of classes:

- `checked`: text is verified to be UTF-8, as the format asks. An array or key-value list anywhere makes
  `SerializeToString` fail, because `Nested` gets a required field that nobody sends: one call in C tells
  whether a request holds what the engine cannot read (0.4 µs a record; walking it in Python takes ten times that).
- `lenient`: text is bytes, so that a request with broken text still reads and can be repaired.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO = files(__package__).joinpath("otlp.proto").read_text(encoding="utf-8")

Message = Any  # generated classes have no static type

_Field = descriptor_pb2.FieldDescriptorProto
SCALARS = {
    name: getattr(_Field, f"TYPE_{name.upper()}")
    for name in (
        "bool",
        "bytes",
        "double",
        "fixed32",
        "fixed64",
        "int32",
        "int64",
        "sfixed64",
        "sint32",
        "string",
        "uint32",
        "uint64",
    )
}
TOKEN = re.compile(r'//[^\n]*|"[^"]*"|[\w.]+|[{}=;]')
NEVER_SENT = 536_870_911  # the highest field number there is


class MessageFamily:
    """The classes of `otlp.proto` under one reading of it: `family["LogRecord"]`."""

    def __init__(self, name: str, *, text_type: int, required_marker: bool) -> None:
        pool = descriptor_pool.DescriptorPool()
        messages = list(_parse(PROTO, f"vedette.{name}", text_type))
        nested = next(message for message in messages if message.name == "Nested")
        messages.remove(nested)
        # Required fields exist in proto2 only, so this one message lives in a file of its own.
        inner = descriptor_pb2.FileDescriptorProto(
            name=f"{name}_nested.proto", package=f"vedette.{name}", syntax="proto2"
        )
        inner.message_type.append(nested)
        if required_marker:
            inner.message_type[0].field.add(
                name="never_sent", number=NEVER_SENT, type=_Field.TYPE_BOOL, label=_Field.LABEL_REQUIRED
            )
        outer = descriptor_pb2.FileDescriptorProto(
            name=f"{name}.proto", package=f"vedette.{name}", syntax="proto3", dependency=[inner.name]
        )
        outer.message_type.extend(messages)
        pool.AddSerializedFile(inner.SerializeToString())
        pool.AddSerializedFile(outer.SerializeToString())
        self._classes: dict[str, type[Message]] = {
            message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"vedette.{name}.{message.name}"))
            for message in (nested, *messages)
        }

    def __getitem__(self, name: str) -> type[Message]:
        return self._classes[name]


def _parse(text: str, package: str, text_type: int) -> Iterator[descriptor_pb2.DescriptorProto]:
    """Read the subset of the language that `otlp.proto` uses: flat messages, oneofs, repeated fields."""
    tokens = [token for token in TOKEN.findall(text) if not token.startswith("//")]
    position = tokens.index("message")
    while position < len(tokens):
        message = descriptor_pb2.DescriptorProto(name=tokens[position + 1])
        position = _parse_fields(tokens, position + 3, message, package, text_type)
        yield message


def _parse_fields(
    tokens: list[str], position: int, message: descriptor_pb2.DescriptorProto, package: str, text_type: int
) -> int:
    """Fill `message` with the fields from `position` on; returns the position after its closing brace."""
    oneof: int | None = None
    while True:
        token = tokens[position]
        if token == "}":
            position += 1
            if oneof is None:
                return position
            oneof = None
            continue
        if token == "oneof":
            oneof = len(message.oneof_decl)
            message.oneof_decl.add(name=tokens[position + 1])
            position += 3
            continue
        label = _Field.LABEL_OPTIONAL
        if token == "repeated":
            label = _Field.LABEL_REPEATED
            position += 1
        kind, name, _, number, _ = tokens[position : position + 5]
        position += 5
        field = message.field.add(name=name, number=int(number), label=label)
        if oneof is not None:
            field.oneof_index = oneof
        if kind in SCALARS:
            field.type = text_type if kind == "string" else SCALARS[kind]
        else:
            field.type = _Field.TYPE_MESSAGE
            field.type_name = f".{package}.{kind}"


checked = MessageFamily("checked", text_type=_Field.TYPE_STRING, required_marker=True)
lenient = MessageFamily("lenient", text_type=_Field.TYPE_BYTES, required_marker=False)
