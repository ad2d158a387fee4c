"""`prometheus.proto` → message classes, at import, with no build step: the engine reads the very same text."""

import re
import struct
from importlib.resources import files
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO = files(__package__).joinpath("prometheus.proto").read_text(encoding="utf-8")

Message = Any  # generated classes have no static type

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    name: getattr(_Field, f"TYPE_{name.upper()}")
    for name in ("double", "fixed64", "int32", "int64", "sint32", "sint64", "string", "uint32", "uint64")
}
_MESSAGE = re.compile(r"^message (\w+) \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^\s*(repeated )?(\w+) (\w+) = (\d+);", re.MULTILINE)


def _classes() -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(name="prometheus.proto", package="vedette.prometheus", syntax="proto3")
    for name, fields in _MESSAGE.findall(PROTO):
        message = file.message_type.add(name=name)
        for repeated, kind, field_name, number in _LINE.findall(fields):
            label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            field = message.field.add(name=field_name, number=int(number), label=label)
            if kind in _SCALARS:
                field.type = _SCALARS[kind]
            else:
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".vedette.prometheus.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{message.name}"))
        for message in file.message_type
    }


classes = _classes()
WriteRequest = classes["WriteRequest"]
Request = classes["Request"]
Label = classes["Label"]

# Tags and values of the fields 1000 to 1002: number << 3 | wire type (0 varint, 1 eight bytes).
_SERVER_FIELDS = struct.Struct("<2s5s2sQ2sQ")


def _varint(number: int, *, width: int = 1) -> bytes:
    out = bytearray()
    while number > 0x7F or len(out) < width - 1:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def frame(wire: bytes, *, project_id: int, request_id: int, received_ns: int) -> bytes:
    """A request as it stands in a block: its length, its bytes, what the server knows.

    The server's fields go last: of a scalar field sent twice the last counts, so a client cannot set them.
    """
    known = _SERVER_FIELDS.pack(
        _varint(1000 << 3),
        _varint(project_id, width=5),
        _varint(1001 << 3 | 1),
        request_id,
        _varint(1002 << 3 | 1),
        received_ns,
    )
    return b"".join((_varint(len(wire) + len(known)), wire, known))
