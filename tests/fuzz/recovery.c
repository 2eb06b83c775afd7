/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery [PROTOCOL 15.6]: the input as letters, and as a blob whose sealing holds whatever it is.
 */
#include "e2ee/recovery.h"

#include "fuzz/fuzz.h"
#include "fuzz/joining.h"
#include "statement/device_link.h"

static void read_letters(struct bytes text)
{
    struct recovery_key key, again;
    char letters[RECOVERY_LETTERS_SIZE];
    struct err err;

    FUZZ_FILLED(key);
    err = recovery_read_letters(text, &key);
    if (err.code == E_OK) {
        invariant(text.n >= RECOVERY_LETTERS);
        recovery_letters(&key, letters);
        invariant(recovery_read_letters(bytes_text(letters), &again).code == E_OK);
        invariant(memcmp(&key, &again, sizeof key) == 0);
    } else {
        invariant(err.code == E_MALFORMED && fuzz_is_filled(&key, sizeof key));
    }
}

static void read_blob(struct bytes in)
{
    static const struct recovery_key key = {{1}};
    static const struct device_link link = FUZZ_VECTOR_LINK;
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct recovery_account got = {.ark_secret = NULL};
    struct err err = recovery_open(&key, &link.nid, in, &plain, &got);

    if (err.code == E_OK) {
        invariant(got.ark_secret != NULL && got.dsk_secret != NULL);
        invariant(text_is_domain(got.domain) && text_is_handle(got.handle));
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_FORGED ||
                  err.code == E_LIMIT);
        invariant(got.ark_secret == NULL && got.dsk_secret == NULL);
    }
    sign_private_free(got.ark_secret);
    sign_private_free(got.dsk_secret);
    buf_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    read_letters(bytes(at, n));
    read_blob(bytes(at, n));
    return 0;
}
