/* SPDX-License-Identifier: Apache-2.0 */
/* Names and statements when memory runs out, here or inside of OpenSSL. */
#include "people.h"
#include "statement/directory.h"
#include "statement/export.h"
#include "statement/invitation.h"
#include "statement/server_keys.h"
#include "statement/signin.h"
#include "unit/scarce.h"

static const uint8_t EXPORTER[SIGNIN_BINDING_SIZE] = {1, 2, 3};

static struct network_id nid;
static struct key root, directory;
static struct person ada, bob;
static struct buf certificate = {.max = 1024}, claim = {.max = 1024}, keys = {.max = 1024},
                  entrance = {.max = 1024}, link = {.max = 1024}, exported = {.max = 1024};

/* What is asked of each, once as a writer and once as a reader. */

static struct err write_certificate(struct buf *out)
{
    const struct directory_certificate c = {.key = directory.pub,
                                            .made_ms = PEOPLE_NOW_MS,
                                            .expires_ms = PEOPLE_NOW_MS + 1,
                                            .name = BYTES_LITERAL("Example")};

    return directory_certify(&c, &nid, root.secret, out);
}

static struct err read_certificate_in(struct bytes in, void *out)
{
    return directory_check_certificate(in, &nid, &root.pub, PEOPLE_NOW_MS, out);
}

static struct err write_claim(struct buf *out)
{
    const struct directory_statement s = {.number = 1,
                                          .aid = ada.aid,
                                          .ark = ada.ark.pub,
                                          .role = DIRECTORY_MEMBER,
                                          .state = DIRECTORY_ACTIVE,
                                          .made_ms = PEOPLE_NOW_MS,
                                          .handle = BYTES_LITERAL("ada")};

    return directory_sign(&s, &nid, directory.secret, out);
}

static struct err read_claim_in(struct bytes in, void *out)
{
    return directory_check(in, &nid, &directory.pub, PEOPLE_NOW_MS, out);
}

static struct err write_keys(struct buf *out)
{
    const struct server_keys s = {.number = 1, .made_ms = PEOPLE_NOW_MS, .pins = 1, .pin = {{{7}}}};

    return server_keys_sign(&s, &nid, directory.secret, out);
}

static struct err read_keys_in(struct bytes in, void *out)
{
    return server_keys_check(in, &nid, &directory.pub, PEOPLE_NOW_MS, out);
}

static struct err write_export(struct buf *out)
{
    const struct export_word w = {.aid = ada.aid, .did = ada.did[0], .made_ms = PEOPLE_NOW_MS};

    return export_sign(&w, &nid, ada.dsk[0].secret, out);
}

static struct err read_export_in(struct bytes in, void *out)
{
    return export_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, out);
}

static struct err check_export(struct bytes in)
{
    struct export_word w;

    return read_export_in(in, &w);
}

static struct err read_export(void *out)
{
    return read_export_in(buf_view(&exported), out);
}

static struct err parse_export(void *out)
{
    return export_parse(buf_view(&exported), out);
}

static struct err write_entrance(struct buf *out)
{
    const struct signin s = {.did = ada.did[0],
                             .domain = BYTES_LITERAL("example.org"),
                             .binding = BYTES(EXPORTER),
                             .generation = 1};

    return signin_sign(&s, &nid, ada.dsk[0].secret, out);
}

/* It has nothing to hand out but its answer. */
static struct err read_entrance_in(struct bytes in, void *out)
{
    TRY(signin_check(in, &nid, BYTES_LITERAL("example.org"), BYTES(EXPORTER), &ada.dsk[0].pub));
    memset(out, 0, 1);
    return OK;
}

static struct err write_link(struct buf *out)
{
    /* Long enough for the check bytes to take memory of their own. */
    const struct invitation in = {.nid = nid,
                                  .token = {1},
                                  .address_n = 46,
                                  .address = "a-longer-name-of-one-machine.example.org:65535"};

    return invitation_write(&in, out);
}

static struct err read_link_in(struct bytes in, void *out)
{
    return invitation_read(in, out);
}

static struct err check_certificate(struct bytes in)
{
    struct directory_certificate c;

    return read_certificate_in(in, &c);
}

static struct err check_claim(struct bytes in)
{
    struct directory_statement s;

    return read_claim_in(in, &s);
}

static struct err check_keys(struct bytes in)
{
    struct server_keys s;

    return read_keys_in(in, &s);
}

static struct err check_entrance(struct bytes in)
{
    uint8_t ignored;

    return read_entrance_in(in, &ignored);
}

static struct err check_link(struct bytes in)
{
    struct invitation i;

    return read_link_in(in, &i);
}

static struct err read_certificate(void *out)
{
    return read_certificate_in(buf_view(&certificate), out);
}

static struct err read_claim(void *out)
{
    return read_claim_in(buf_view(&claim), out);
}

static struct err read_keys(void *out)
{
    return read_keys_in(buf_view(&keys), out);
}

static struct err read_entrance(void *out)
{
    return read_entrance_in(buf_view(&entrance), out);
}

static struct err read_link(void *out)
{
    return read_link_in(buf_view(&link), out);
}

static const struct scarce_writer writers[] = {
    {"directory_certify", write_certificate, check_certificate},
    {"directory_sign", write_claim, check_claim},
    {"server_keys_sign", write_keys, check_keys},
    {"export_sign", write_export, check_export},
    {"signin_sign", write_entrance, check_entrance},
    {"invitation_write", write_link, check_link},
};

static void a_statement_is_whole_or_there_is_none(void **state)
{
    scarce_write_all(writers, sizeof writers / sizeof writers[0]);
}

static const struct scarce_reader readers[] = {
    {"directory_check_certificate", read_certificate, sizeof(struct directory_certificate), false},
    {"directory_check", read_claim, sizeof(struct directory_statement), false},
    {"server_keys_check", read_keys, sizeof(struct server_keys), false},
    {"export_check", read_export, sizeof(struct export_word), false},
    {"signin_check", read_entrance, 1, false},
    {"invitation_read", read_link, sizeof(struct invitation), false},
};

static void a_good_statement_is_never_called_forged(void **state)
{
    scarce_read_all(readers, sizeof readers / sizeof readers[0]);
}

static struct err name_h32(void *out)
{
    const struct bytes part = BYTES_LITERAL("a part");

    return names_h32(&part, 1, out);
}

static struct err name_network(void *out)
{
    return names_network(&root.pub, BYTES_LITERAL("example.org"), out);
}

static struct err name_account(void *out)
{
    return names_account(&nid, &ada.ark.pub, out);
}

static struct err name_device(void *out)
{
    return names_device(&ada.aid, &ada.dsk[0].pub, out);
}

static struct err name_pair_room(void *out)
{
    return names_pair_room(&nid, &ada.aid, &bob.aid, out);
}

static struct err hash_token(void *out)
{
    static const uint8_t token[INVITATION_TOKEN_SIZE] = {1};

    return invitation_token_hash(token, out);
}

static const struct scarce_reader names[] = {
    {"names_h32", name_h32, NAMES_H32_SIZE, false},
    {"names_network", name_network, sizeof(struct network_id), false},
    {"names_account", name_account, sizeof(struct account_id), false},
    {"names_device", name_device, sizeof(struct device_id), false},
    {"names_pair_room", name_pair_room, sizeof(struct room_id), false},
    {"invitation_token_hash", hash_token, 32, false},
};

static void a_name_is_whole_or_there_is_none(void **state)
{
    scarce_read_all(names, sizeof names / sizeof names[0]);
}

static struct err parse_certificate(void *out)
{
    return directory_parse_certificate(buf_view(&certificate), out);
}

static struct err parse_claim(void *out)
{
    return directory_parse(buf_view(&claim), out);
}

static struct err parse_keys(void *out)
{
    return server_keys_parse(buf_view(&keys), out);
}

static struct err parse_entrance(void *out)
{
    return signin_parse(buf_view(&entrance), out);
}

static const struct scarce_reader forms[] = {
    {"directory_parse_certificate", parse_certificate, sizeof(struct directory_certificate), false},
    {"directory_parse", parse_claim, sizeof(struct directory_statement), false},
    {"server_keys_parse", parse_keys, sizeof(struct server_keys), false},
    {"export_parse", parse_export, sizeof(struct export_word), false},
    {"signin_parse", parse_entrance, sizeof(struct signin), false},
};

static void a_form_is_read_without_memory(void **state)
{
    scarce_take_none(forms, sizeof forms / sizeof forms[0]);
}

static int enter(void **state)
{
    nid = people_network("example.org");
    root = key_new(1);
    directory = key_new(2);
    ada = person_new(&nid, 10, 1);
    bob = person_new(&nid, 20, 1);
    assert_ok(write_certificate(&certificate));
    assert_ok(write_claim(&claim));
    assert_ok(write_keys(&keys));
    assert_ok(write_export(&exported));
    assert_ok(write_entrance(&entrance));
    assert_ok(write_link(&link));
    return 0;
}

static int leave(void **state)
{
    key_free(&root);
    key_free(&directory);
    person_free(&ada);
    person_free(&bob);
    buf_free(&certificate);
    buf_free(&claim);
    buf_free(&keys);
    buf_free(&exported);
    buf_free(&entrance);
    buf_free(&link);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_whole_or_there_is_none),
        cmocka_unit_test(a_good_statement_is_never_called_forged),
        cmocka_unit_test(a_name_is_whole_or_there_is_none),
        cmocka_unit_test(a_form_is_read_without_memory),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
