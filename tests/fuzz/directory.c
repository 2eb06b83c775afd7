/* SPDX-License-Identifier: Apache-2.0 */
/* Directory certificates and statements [PROTOCOL 4.1, 4.2].  Input: see signed.h. */
#include "statement/directory.h"

#include "base/text.h"
#include "fuzz/signed.h"

static void certifies_again(const struct directory_certificate *c, const struct signed_input *in)
{
    struct buf b = BUF(DIRECTORY_CERTIFICATE_MAX);

    invariant(fuzz_is_within(c->name, in->statement) && text_is_utf8(c->name));
    invariant(c->name.n >= 1 && c->name.n <= DIRECTORY_NAME_MAX);
    invariant(directory_certify(c, &in->nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in->statement));
    buf_free(&b);
}

static void read_certificate(const struct signed_input *in)
{
    struct directory_certificate parsed, checked;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    err = directory_parse_certificate(in->statement, &parsed);
    check = directory_check_certificate(in->statement, &in->nid, &in->key, in->now_ms, &checked);
    if (err.code == E_OK)
        certifies_again(&parsed, in);
    else
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
    if (check.code != E_OK) {
        invariant(fuzz_is_filled(&checked, sizeof checked));
        return;
    }
    certifies_again(&checked, in);
    invariant(in->now_ms < checked.expires_ms && !clock_is_ahead(checked.made_ms, in->now_ms));
}

static void is_written_again(const struct directory_statement *s, const struct signed_input *in)
{
    struct buf b = BUF(DIRECTORY_STATEMENT_MAX);

    invariant(fuzz_is_within(s->handle, in->statement) && text_is_handle(s->handle));
    invariant(directory_sign(s, &in->nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in->statement));
    buf_free(&b);
}

static void read_statement(const struct signed_input *in)
{
    struct directory_statement parsed, checked;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    err = directory_parse(in->statement, &parsed);
    check = directory_check(in->statement, &in->nid, &in->key, in->now_ms, &checked);
    if (err.code == E_OK)
        is_written_again(&parsed, in);
    else
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
    if (check.code == E_OK)
        invariant(ID_SAME(checked.aid, parsed.aid) && !clock_is_ahead(parsed.made_ms, in->now_ms));
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);

    read_certificate(&in);
    read_statement(&in);
    return 0;
}
