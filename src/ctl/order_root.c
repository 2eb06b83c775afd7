/* SPDX-License-Identifier: Apache-2.0 */
/* root: what needs the network's root key, which is kept off the server. */
#include <stdio.h>
#include <time.h>

#include "base/reader.h"
#include "ctl/order.h"
#include "ctl/root_file.h"
#include "statement/directory.h"
#include "terminal/prompt.h"
#include "terminal/show.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (64 * 1024)

static const struct sentence CERTIFYING[] = {
    {E_CONFLICT, "The server has another directory key than a moment ago."},
    {E_FORGED, "The server did not accept the certificate: it is not of its root key."},
    {E_CLOCK, "The server's clock is more than an hour behind this one's."},
    {E_EXPIRED, "The server's clock is 90 days ahead of this one's."},
    {E_OK, NULL},
};

static const struct sentence SIGNING[] = {
    {E_FORGED, "The server's certificate is not of this root key: do not sign for this server."},
    {E_STALE, "The server has another directory key than the one that was certified: do not sign\n"
              "for it before you know why."},
    {E_TRUNCATED, "The server's certificate is damaged."},
    {E_OK, NULL},
};

struct signing {
    const char *root_file;
    int passphrase_fd;
    uint64_t now_ms;
    struct network_id nid;
    struct point root;
    struct directory_certificate certificate;
};

static uint64_t now_ms(void)
{
    return (uint64_t)time(NULL) * CLOCK_SECOND_MS;
}

/* ---- the root key file */

/* Is it this network's?  That is asked before the passphrase is. */
static struct err read_root(const struct signing *s, struct buf *file)
{
    uint8_t whose[SIGN_PUBLIC_SIZE];

    TRY(root_file_read(s->root_file, file));
    TRY(keyfile_public(buf_view(file), whose));
    return bytes_same(BYTES(whose), BYTES(s->root.b)) ? OK : FAIL(E_CONFLICT);
}

/* ---- the certificate */

/* As it was on the day it was made: that it has run out since is why we are here. */
static struct err check_old(struct signing *s, struct bytes old, struct bytes key)
{
    struct reader r = reader(old);
    uint64_t made;

    reader_u8(&r);
    reader_take(&r, SIGN_PUBLIC_SIZE);
    made = reader_u64(&r);
    TRY(directory_check_certificate(old, &s->nid, &s->root, made, &s->certificate));
    return bytes_same(BYTES(s->certificate.key.b), key) ? OK : FAIL(E_STALE);
}

static struct err read_answer(struct signing *s, const Tacet__Wire__Directory *answer)
{
    if (answer->root.len != sizeof s->root.b)
        return FAIL(E_MALFORMED);
    memcpy(s->root.b, answer->root.data, sizeof s->root.b);
    TRY(names_network(&s->root, frame_bytes(answer->domain), &s->nid));
    TRY(check_old(s, frame_bytes(answer->certificate), frame_bytes(answer->key)));
    s->certificate.made_ms = s->now_ms;
    s->certificate.expires_ms = clock_add(s->now_ms, DIRECTORY_LIFE_MS);
    return OK;
}

static struct err sign(const struct signing *s, struct bytes file, struct bytes passphrase,
                       struct buf *out)
{
    struct sign_private *key = NULL;
    struct err err = keyfile_open(file, passphrase, &key);

    if (err.code == E_OK)
        err = directory_certify(&s->certificate, &s->nid, key, out);
    sign_private_free(key);
    return err;
}

static const char *explain(enum err_code code)
{
    const char *text = words_explain(root_file_sentences, code);

    return text == NULL ? order_explain(SIGNING, code) : text;
}

/* The next certificate; false: there is none, and stderr says why. */
static bool make(const struct signing *s, struct buf *out)
{
    struct buf file = ROOT_FILE_BUF, passphrase = PROMPT_BUF;
    struct err err = read_root(s, &file);
    bool made = false;

    if (err.code == E_OK &&
        prompt_ask(s->passphrase_fd, "Passphrase of the root key", PROMPT_KNOWN, &passphrase)) {
        err = sign(s, buf_view(&file), buf_view(&passphrase), out);
        made = err.code == E_OK;
    }
    if (err.code != E_OK)
        fprintf(stderr, "%s\n", explain(err.code));
    buf_free(&passphrase);
    buf_free(&file);
    return made;
}

/* ---- the order */

static enum words_end certify(const struct ctl_setting *setting, const struct signing *s,
                              struct arena *a)
{
    Tacet__Wire__CertifyDirectory m = TACET__WIRE__CERTIFY_DIRECTORY__INIT;
    const struct order order = {OP_CERTIFY, &m, NULL, CERTIFYING};
    struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);
    enum words_end end = WORDS_FAILED;

    if (!make(s, &certificate))
        goto out;
    m.certificate = frame_data(buf_view(&certificate));
    end = order_give(setting, &order, a, NULL);
    if (end != WORDS_FINE)
        goto out;
    fputs("The directory of ", stderr);
    show_text(stderr, s->certificate.name);
    fputs(" is certified until ", stderr);
    show_time(stderr, s->certificate.expires_ms);
    fputs(".  Take the root key file off this machine again.\n", stderr);
out:
    buf_free(&certificate);
    return end;
}

static enum words_end sign_directory(const struct ctl_setting *setting, struct signing *s)
{
    Tacet__Wire__AskDirectory m = TACET__WIRE__ASK_DIRECTORY__INIT;
    Tacet__Wire__Directory *answer = NULL;
    const struct order order = {OP_DIRECTORY, &m, &tacet__wire__directory__descriptor, CERTIFYING};
    struct arena a = ARENA(ANSWER_MAX);
    enum words_end end = order_give(setting, &order, &a, &answer);
    struct err err = OK;

    if (end == WORDS_FINE)
        err = read_answer(s, answer);
    if (err.code != E_OK)
        end =
            words_say(WORDS_FAILED, err.code == E_MALFORMED ? "The server's certificate is damaged."
                                                            : explain(err.code));
    if (end == WORDS_FINE)
        end = certify(setting, s, &a);
    arena_free(&a);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct signing s = {.root_file = options_text(o, "--root"),
                        .passphrase_fd = options_descriptor(o, "--passphrase-fd")};
    const char *what = options_need(o, "sign-directory");

    if (!options_end(o))
        return WORDS_USAGE;
    if (s.root_file == NULL)
        return words_say(WORDS_USAGE, "--root FILE is missing.");
    if (strcmp(what, "sign-directory") != 0)
        return words_say(WORDS_USAGE, "The root key does one thing: sign-directory.");
    s.now_ms = now_ms();
    return sign_directory(setting, &s);
}

const struct word order_root = {
    .name = "root",
    .run = run,
    .usage = "sign-directory --root FILE [--passphrase-fd N]",
    .what = "Renew the server's right to say who is who, with the root key.",
    .details =
        "The server names people under a certificate of the network's root key that is good for\n"
        "90 days.  This makes the next one: bring FILE, the root key file that tacetd init wrote,\n"
        "to this machine, run this, and take it away again.\n"
        "\n"
        "  --root FILE        The root key file.\n"
        "  --passphrase-fd N  Read its passphrase from descriptor N: its first line.\n",
};
