/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: requests, answers and pushes as bytes, over the generated code of schema/tacet.proto.
 *
 * Everything unpacked lives in an arena, with a ceiling that the caller sets; protobuf-c's own
 * leniencies (unknown fields, repeated singular fields) are refused here once, by writing back and
 * comparing.
 */
#ifndef TACET_WIRE_FRAME_H
#define TACET_WIRE_FRAME_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/buf.h"

#define FRAME_PROTOCOL_VERSION 1
#define FRAME_PROTOCOL_LEAST   1

enum op {
    OP_SIGN_IN = 1,
    OP_JOIN = 2,
    OP_PERSON = 3,
    OP_PREKEY = 4,
    OP_LIST = 5,
    OP_ROSTER = 6,
    OP_SEND = 7,
    OP_DELIVER = 8,
    OP_ACKNOWLEDGE = 9,
    OP_SERVER_KEYS = 10,
    OP_KEM_KEYS = 11,
    OP_REGISTER = 12,
    OP_POLICY = 13,
    OP_ROOM = 14,
    OP_ROOM_CHANGE = 15,
    OP_LINK_OPEN = 16,
    OP_LINK_ASK = 17,
    OP_LINK_LOOK = 18,
    OP_LINK_ANSWER = 19,
    OP_RECOVERY_KEEP = 20,
    OP_RECOVER = 21,
    OP_RECOVER_LIST = 22,
    OP_ROOMS = 23,
    OP_ROOM_AGAIN = 24,
    OP_FILE_BEGIN = 25,
    OP_FILE_KEEP = 26,
    OP_FILE_WRITE = 27,
    OP_FILE_READ = 28,
    OP_FILE_DROP = 29,
    OP_FILE_COPY = 30,
    OP_ACTIVITY = 31,
    OP_INVITE = 32,
    OP_REVOKE = 33,
    OP_PEOPLE = 34,
    OP_REMOVE = 35,
    OP_DIRECTORY = 36,
    OP_CERTIFY = 37,
    OP_TLS_SHOW = 48,
    OP_TLS_RENEW = 49,
    OP_TLS_ANNOUNCE = 50,
    OP_TLS_SWITCH = 51,
    OP_TLS_WITHDRAW = 52,
    OP_TLS_RELOAD = 53,
    OP_POLICY_PUBLISH = 54,
    OP_POLICY_SHOW = 55,
    OP_BACKUP = 56,
    OP_RESET = 57,
};

enum frame_item { FRAME_CAPSULE = 1, FRAME_MESSAGE = 2, FRAME_NOTICE = 3 };

struct frame {
    uint32_t op; /* as it came: may be no enum op */
    uint64_t id;
    uint32_t code;
    struct bytes body;
};

/* Body is in the arena.  E_MALFORMED, E_LIMIT (the arena's ceiling), E_NOMEM. */
FALLIBLE frame_parse(struct bytes in, struct arena *a, struct frame *out);
void frame_write(const struct frame *f, struct buf *out);

/* Unpack a body of the given form into the arena; one encoding only.  *out is the generated struct.
 * E_MALFORMED, E_LIMIT (the arena's ceiling), E_NOMEM. */
FALLIBLE frame_unpack(struct bytes body, const ProtobufCMessageDescriptor *form, struct arena *a,
                      void *out_message);

/* Append a packed message. */
void frame_pack(const void *message, struct buf *out);

/* The same in an arena.  E_LIMIT: longer than `most`, or than LIMIT_FRAME; E_NOMEM. */
FALLIBLE frame_pack_into(const void *message, size_t most, struct arena *a, struct bytes *out);
FALLIBLE frame_write_into(const struct frame *f, struct arena *a, struct bytes *out);

/* Between generated code's bytes and ours. */
static inline struct bytes frame_bytes(ProtobufCBinaryData b)
{
    return (struct bytes){b.data, b.len};
}

static inline ProtobufCBinaryData frame_data(struct bytes b)
{
    return (ProtobufCBinaryData){b.n, (uint8_t *)(uintptr_t)b.at};
}

#endif
