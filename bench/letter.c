/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/letter.h"

#include "base/reader.h"
#include "bench/handset.h"
#include "bench/measure.h"
#include "crypto/hash.h"
#include "e2ee/payload.h"
#include "e2ee/seal.h"
#include "statement/roster.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define TEXT_SIZE  1024
#define TTL_S      3600
#define STAMP_SIZE 16
#define NUMBER_AT  (UPLOAD_HEAD_SIZE + UPLOAD_COMMITMENT_SIZE + sizeof(struct roster_id))

uint64_t letter_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void write_roster(const struct town *t, const struct core *core, const struct resident *from,
                         const struct resident *to, struct buf *out)
{
    bool rises = ID_RISES(from->me.who.aid, to->me.who.aid);
    const struct resident *sorted[2] = {rises ? from : to, rises ? to : from};
    struct roster_network network = {.nid = t->nid};
    struct roster_account account[2];
    struct roster r = {
        .room = core->room, .network = &network, .networks = 1, .account = account, .accounts = 2};

    for (size_t i = 0; i < 2; i++) {
        account[i] = (struct roster_account){.aid = sorted[i]->me.who.aid, .list_version = 1};
        memcpy(account[i].list_hash, sorted[i]->list.hash, NAMES_H16_SIZE);
    }
    roster_write(&r, out);
}

static void write_core(const struct resident *from, const struct resident *to, struct bytes text,
                       struct core *core)
{
    struct random random = random_system();

    *core = (struct core){
        .sender = from->me.who, .seq = 1, .sent_ms = 1, .ttl_s = TTL_S, .type = PAYLOAD_TEXT};
    measure_must(
        names_pair_room(&from->me.who.nid, &from->me.who.aid, &to->me.who.aid, &core->room));
    measure_must(random_fill(&random, core->id.b, sizeof core->id.b));
    measure_must(trailer_digest(&core->id, text, core->digest));
}

/* On a channel that the receiver has no capsule of, because nobody opens it. */
static void write_upload(const struct town *t, const struct resident *from,
                         const struct resident *to, const struct core *core, struct bytes text,
                         struct bytes roster, struct buf *out)
{
    struct random random = random_system();
    struct agree_public *key;
    struct wrap wrap = {.list_version = 1};
    struct seal_recipient recipient = {.who = to->me.who, .prekey = 1};
    struct seal_request rq = {.me = &from->me,
                              .core = core,
                              .wrap = &wrap,
                              .content = text,
                              .profile = UPLOAD_PROFILE_HYBRID,
                              .number = 1,
                              .to = &recipient,
                              .n = 1};

    measure_must(roster_digest(roster, &wrap.roster));
    memcpy(wrap.list_hash, from->list.hash, NAMES_H16_SIZE);
    measure_must(agree_public_parse(&key, BYTES(t->prekey)));
    recipient.key = key;
    measure_must(random_fill(&random, recipient.epoch, sizeof recipient.epoch));
    measure_must(random_fill(&random, recipient.mk, sizeof recipient.mk));
    measure_must(seal(&rq, &random, out));
    agree_public_free(key);
}

void letter_seal(struct letter *l, const struct town *t, const struct resident *from,
                 const struct resident *to)
{
    static const uint8_t text[TEXT_SIZE];
    struct buf upload = BUF(LIMIT_FRAME), roster = BUF(ROSTER_MAX_SIZE);
    Tacet__Wire__RegisterRoster r = TACET__WIRE__REGISTER_ROSTER__INIT;
    Tacet__Wire__Send m = TACET__WIRE__SEND__INIT;
    struct core core;

    *l = (struct letter){BUF(LIMIT_FRAME), BUF(LIMIT_FRAME)};
    write_core(from, to, BYTES(text), &core);
    write_roster(t, &core, from, to, &roster);
    write_upload(t, from, to, &core, BYTES(text), buf_view(&roster), &upload);
    m.upload = frame_data(buf_view(&upload));
    m.ttl_s = TTL_S;
    handset_write(OP_SEND, 1, &m, &l->sending);
    r.roster = frame_data(buf_view(&roster));
    handset_write(OP_REGISTER, 1, &r, &l->registering);
    buf_free(&upload);
    buf_free(&roster);
}

static void put_u64(uint8_t *at, uint64_t v)
{
    for (size_t i = 0; i < 8; i++)
        at[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* Where the upload lies in the frame follows from its length, which never changes. */
static void stamp(struct buf *frame, const struct letter_stamp *s)
{
    static const uint8_t front[] = {UPLOAD_VERSION, UPLOAD_SUITE, UPLOAD_PROFILE_HYBRID, 0};
    uint8_t *upload = memmem(frame->at, frame->n, front, sizeof front), *end;
    struct reader r = reader(buf_view(frame));

    invariant(upload != NULL);
    /* The entry follows number and two counts; then the body with its length, then the trailer. */
    reader_take(&r, (size_t)(upload - frame->at) + NUMBER_AT + 8 + 2 + 2 + UPLOAD_ENTRY_SIZE);
    end = upload + NUMBER_AT + 8 + 2 + 2 + UPLOAD_ENTRY_SIZE + 4 + reader_u32(&r) +
          UPLOAD_TRAILER_SIZE;
    invariant(r.failed == E_OK && end <= frame->at + frame->n);
    put_u64(upload + NUMBER_AT, s->number);
    put_u64(end - STAMP_SIZE, s->number);
    put_u64(end - STAMP_SIZE + 8, s->sent_ns);
}

struct bytes letter_copy(struct letter *l, const struct letter_stamp *s)
{
    stamp(&l->sending, s);
    return buf_view(&l->sending);
}

struct letter_stamp letter_read(struct bytes delivered)
{
    struct reader r = reader(delivered);
    struct letter_stamp s;

    reader_take(&r, delivered.n - STAMP_SIZE);
    s.number = reader_u64(&r);
    s.sent_ns = reader_u64(&r);
    measure_must(reader_end(&r));
    return s;
}

void letter_free(struct letter *l)
{
    buf_free(&l->registering);
    buf_free(&l->sending);
}
