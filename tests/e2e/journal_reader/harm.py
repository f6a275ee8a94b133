"""Ways to harm the files of a data directory."""

import struct

import xxhash


def put_journal(directory, fields):
    """A JOURNAL whose checksum is right."""
    (directory / "JOURNAL").write_bytes(fields + struct.pack("<Q", xxhash.xxh3_64_intdigest(fields)))


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


def zero_from(path, offset):
    """The rest of the file."""
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        file.seek(offset)
        file.write(bytes(size - offset))
