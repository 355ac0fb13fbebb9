"""A reader of event files that knows nothing of libgan's writer: prints a line for each record.

    event_file.py FILE...       of each: the records' steps, with the tags and values, pictures by size and colour

Ends with 1, and says where, if a length, a checksum or a message is not what it should be; a record cut short at the
end of a file counts as that too.
"""
import struct
import sys
import zlib


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        head = data[at:at + 12]
        length, check = struct.unpack("<QI", head)
        assert check == masked(head[:8]), f"length's checksum at {at}"
        body = data[at + 12:at + 12 + length]
        (check,) = struct.unpack("<I", data[at + 12 + length:at + 16 + length])
        assert len(body) == length and check == masked(body), f"record's checksum at {at}"
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """The (number, value) of a message's fields; messages inside as bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length, "a field is cut short"
        else:
            form, size = {1: ("<d", 8), 5: ("<f", 4)}[kind]
            (value,) = struct.unpack(form, data[at:at + size])
            at += size
        yield key >> 3, value


def png_pixels(data):
    """Width, height, channels and the unfiltered first row of a PNG file of one IDAT or more."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG signature"
    at, packed, shape = 8, b"", None
    while at < len(data):
        (length,) = struct.unpack(">I", data[at:at + 4])
        kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            shape = (width, height, {0: 1, 2: 3, 6: 4}[colour])
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    assert len(zlib.decompress(packed)) == shape[1] * (1 + shape[0] * shape[2])
    return shape


def describe(value):
    value = dict(fields(value))
    tag = value[1].decode()
    if 2 in value:
        return f"{tag}={value[2]:.6g}"
    image = dict(fields(value[4]))
    assert (image[2], image[1], image[3]) == png_pixels(image[4]), "the picture is of another size"
    return f"{tag}={image[2]}x{image[1]}x{image[3]}"


def main():
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            data = file.read()
        for number, record in enumerate(records(data)):
            event = dict(fields(record))
            assert event[1] > 1.6e9, "the time is not of this century"
            if 3 in event:
                assert number == 0 and event[3] == b"brain.Event:2"
                text = "version"
            elif 7 in event:
                text = "start" if dict(fields(event[7]))[1] == 1 else "session"
            else:
                text = " ".join(describe(value) for _, value in fields(event[5]))
            print(event[2], text)


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, IndexError, KeyError, struct.error, UnicodeDecodeError, zlib.error) as error:
        sys.exit(f"not an event file: {error!r}")
