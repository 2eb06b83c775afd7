/* SPDX-License-Identifier: Apache-2.0 */
/* What says who is to receive, and with which keys, when memory runs out, here or in OpenSSL. */
#include <stdalign.h>

#include "people.h"
#include "statement/prekey.h"
#include "statement/roster_judge.h"
#include "statement/upload.h"
#include "unit/scarce.h"

static struct network_id nid;
static struct person ada, bob;
static struct device_list lists[2]; /* ada's and bob's, in the roster's order */
static struct roster_network network;
static struct roster_account account[2];
static struct roster_skipped skipped = {.reason = ROSTER_NO_PREKEY};
static struct roster roster;
static uint8_t kem[PREKEY_KEM_SIZE], kem_digest[PREKEY_KEM_DIGEST_SIZE];
static size_t arena_max = 1 << 16; /* how much an arena may hold, where one is asked for */
static struct buf list = {.max = DEVICE_LIST_MAX_SIZE}, prekey = {.max = 1024},
                  written = {.max = ROSTER_MAX_SIZE}, upload = {.max = LIMIT_FRAME};

static struct err sign_list(struct buf *out)
{
    struct device_list l = person_list(&ada, 2);
    static const uint8_t NO_HASH[NAMES_H32_SIZE] = {0};
    struct err err =
        device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, out);

    assert_int_equal(memcmp(l.hash, NO_HASH, sizeof NO_HASH) == 0, err.code != E_OK);
    return err;
}

static struct err check_list_in(struct bytes in, void *out)
{
    return device_list_check(in, &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, out);
}

static struct err check_list(struct bytes in)
{
    struct device_list l;

    return check_list_in(in, &l);
}

static struct err read_list(void *out)
{
    return check_list_in(buf_view(&list), out);
}

static struct err parse_list(void *out)
{
    return device_list_parse(buf_view(&list), &nid, out);
}

static struct prekey sample_prekey(void)
{
    struct prekey p = {.aid = ada.aid,
                       .did = ada.did[0],
                       .number = 7,
                       .made_ms = PEOPLE_NOW_MS,
                       .list_version = 1};

    memcpy(p.point, bob.ark.pub.b, sizeof p.point); /* any point will do */
    memcpy(p.kem_digest, kem_digest, sizeof p.kem_digest);
    return p;
}

static struct err sign_prekey(struct buf *out)
{
    struct prekey p = sample_prekey();

    return prekey_sign(&p, &nid, ada.dsk[0].secret, out);
}

static struct err check_prekey_in(struct bytes in, void *out)
{
    return prekey_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, out);
}

static struct err check_prekey(struct bytes in)
{
    struct prekey p;

    return check_prekey_in(in, &p);
}

static struct err read_prekey(void *out)
{
    return check_prekey_in(buf_view(&prekey), out);
}

static struct err digest_kem(void *out)
{
    return prekey_kem_digest(BYTES(kem), out);
}

/* It has nothing to hand out but its answer. */
static struct err check_kem(void *out)
{
    struct prekey p = sample_prekey();

    TRY(prekey_check_kem(&p, BYTES(kem)));
    memset(out, 0, 1);
    return OK;
}

static struct err parse_prekey(void *out)
{
    return prekey_parse(buf_view(&prekey), out);
}

static const struct scarce_writer writers[] = {
    {"device_list_sign", sign_list, check_list},
    {"prekey_sign", sign_prekey, check_prekey},
};

static void a_list_or_a_prekey_is_whole_or_there_is_none(void **state)
{
    scarce_write_all(writers, sizeof writers / sizeof writers[0]);
}

/* The arena goes at once: only what was answered is looked at. */
static struct err parse_roster(void *out)
{
    struct arena a = ARENA(arena_max);
    struct err err = roster_parse(buf_view(&written), &a, out);

    arena_free(&a);
    return err;
}

static struct err digest(void *out)
{
    return roster_digest(buf_view(&written), out);
}

struct recipients {
    struct roster_recipient *recipient;
    size_t n;
};

static struct err recipients(void *out)
{
    const struct device_list *of[] = {&lists[0], &lists[1]};
    struct recipients *got = out;
    struct arena a = ARENA(arena_max);
    struct err err = roster_recipients(&roster, of, &bob.did[0], &a, &got->recipient, &got->n);

    arena_free(&a);
    return err;
}

static struct err verdict(void *out)
{
    const struct device_list *named[] = {&lists[0], &lists[1]}, *since[] = {NULL, NULL};
    const struct network_policy *none[] = {NULL};
    const struct roster_question q = {.named = {.list = named, .policy = none},
                                      .since = {.list = since, .policy = none},
                                      .me = {nid, ada.aid, ada.did[1]},
                                      .sender = {nid, bob.aid, bob.did[0]},
                                      .profile = POLICY_HYBRID,
                                      .message_ms = PEOPLE_NOW_MS};
    struct arena a = ARENA(arena_max);
    struct roster_finding got = {.verdict = 0};
    struct err err = roster_judge(&roster, &q, &a, &got);

    arena_free(&a);
    assert_int_equal(got.verdict, err.code == E_OK ? ROSTER_OK : 0);
    if (err.code == E_OK)
        memcpy(out, &got, sizeof got);
    return err;
}

static struct err parse_upload(void *out)
{
    struct arena a = ARENA(arena_max);
    struct err err = upload_parse(buf_view(&upload), &a, out);

    arena_free(&a);
    return err;
}

static struct err mark(void *out)
{
    return upload_mark(buf_view(&upload), out);
}

static const struct scarce_reader readers[] = {
    {"device_list_check", read_list, sizeof(struct device_list), false},
    {"device_list_parse", parse_list, sizeof(struct device_list), false},
    {"prekey_check", read_prekey, sizeof(struct prekey), false},
    {"prekey_kem_digest", digest_kem, PREKEY_KEM_DIGEST_SIZE, false},
    {"prekey_check_kem", check_kem, 1, false},
    {"roster_parse", parse_roster, sizeof(struct roster), false},
    {"roster_digest", digest, sizeof(struct roster_id), false},
    {"roster_recipients", recipients, sizeof(struct recipients), false},
    {"roster_judge", verdict, sizeof(struct roster_finding), false},
    {"upload_parse", parse_upload, sizeof(struct upload), false},
    {"upload_mark", mark, 8, false},
};

static void what_is_good_is_never_called_bad(void **state)
{
    scarce_read_all(readers, sizeof readers / sizeof readers[0]);
}

/* Its arena has room for nothing, then for a little more, until there is enough. */
static void assert_says_what_it_lacks(const struct scarce_reader *r)
{
    uint8_t before[SCARCE_OUT_MAX];
    alignas(max_align_t) uint8_t out[SCARCE_OUT_MAX];
    struct err err = OK;

    memset(before, 0x5a, sizeof before);
    for (arena_max = 0; arena_max < 4096; arena_max += 8) {
        memcpy(out, before, sizeof out);
        err = r->read(out);
        if (err.code == E_OK)
            break;
        assert_err(err, E_NOMEM);
        assert_memory_equal(out, before, r->size);
    }
    assert_ok(err);
    assert_in_range(arena_max, 8, 4095);
    arena_max = 1 << 16;
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    static const struct scarce_reader in_an_arena[] = {
        {"roster_parse", parse_roster, sizeof(struct roster), false},
        {"roster_recipients", recipients, sizeof(struct recipients), false},
        {"roster_judge", verdict, sizeof(struct roster_finding), false},
        {"upload_parse", parse_upload, sizeof(struct upload), false},
    };

    for (size_t i = 0; i < sizeof in_an_arena / sizeof in_an_arena[0]; i++)
        assert_says_what_it_lacks(&in_an_arena[i]);
}

static const struct scarce_reader forms[] = {
    {"prekey_parse", parse_prekey, sizeof(struct prekey), false},
};

static void a_prekey_is_read_without_memory(void **state)
{
    scarce_take_none(forms, 1);
}

static void write_upload(void)
{
    static uint8_t capsules[UPLOAD_CAPSULE_MOST] = {2}, entry[UPLOAD_ENTRY_SIZE];
    static uint8_t body[UPLOAD_BODY_LEAST], trailer[UPLOAD_TRAILER_SIZE];
    struct upload_capsule capsule = {0, BYTES(capsules)};
    const struct upload u = {.shared = {.head = {1, 1, UPLOAD_PROFILE_HYBRID, 0, 3},
                                        .body = BYTES(body),
                                        .trailer = BYTES(trailer)},
                             .number = 1,
                             .capsule = &capsule,
                             .capsules = 1,
                             .entries = BYTES(entry),
                             .recipients = 1};

    capsules[AGREE_PUBLIC_SIZE + 3] = 1; /* prekey number */
    upload_write(&u, &upload);
}

/* Of ada's two devices and bob's one. */
static void write_roster(void)
{
    const struct person *people[] = {&ada, &bob};
    size_t adas = bytes_compare(ID_BYTES(ada.aid), ID_BYTES(bob.aid)) < 0 ? 0 : 1;

    network.nid = nid;
    for (size_t i = 0; i < 2; i++) {
        size_t at = i == 0 ? adas : 1 - adas;

        lists[at] = person_list(people[i], people[i]->devices);
        account[at] = (struct roster_account){.aid = people[i]->aid, .list_version = 1};
    }
    roster = (struct roster){.network = &network,
                             .account = account,
                             .skipped = &skipped,
                             .networks = 1,
                             .accounts = 2,
                             .skips = 1};
    assert_ok(names_pair_room(&nid, &ada.aid, &bob.aid, &roster.room));
    roster_write(&roster, &written);
}

static int enter(void **state)
{
    struct mlkem_private *secret;

    assert_ok(mlkem_generate(&secret, kem));
    mlkem_private_free(secret);
    assert_ok(prekey_kem_digest(BYTES(kem), kem_digest));
    nid = people_network("example.org");
    ada = person_new(&nid, 10, 2);
    bob = person_new(&nid, 20, 1);
    assert_ok(sign_list(&list));
    assert_ok(sign_prekey(&prekey));
    write_roster();
    write_upload();
    return 0;
}

static int leave(void **state)
{
    person_free(&ada);
    person_free(&bob);
    buf_free(&list);
    buf_free(&prekey);
    buf_free(&written);
    buf_free(&upload);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_or_a_prekey_is_whole_or_there_is_none),
        cmocka_unit_test(what_is_good_is_never_called_bad),
        cmocka_unit_test(an_arena_that_is_too_small_is_told),
        cmocka_unit_test(a_prekey_is_read_without_memory),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
