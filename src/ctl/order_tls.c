/* SPDX-License-Identifier: Apache-2.0 */
/* tls: the keys by which clients know the server: what holds, and the change to the next one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "ctl/order.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (64 * 1024)
#define FILE_MOST  (64 * 1024)
#define HEX_MAX    64

static const struct sentence REFUSALS[] = {
    {E_MALFORMED, "The key or the certificate is not PEM, or the key is under a passphrase."},
    {E_FORGED, "Others may read or write the file of the server's TLS key: chmod 600"},
    {E_IO, "The server cannot read or write its TLS key and certificate: see its log."},
    {E_OK, NULL},
};

static const struct sentence RENEWING[] = {
    {E_DENIED, "The certificate is a file outside of the data directory: renew it there for the\n"
               "same key, and send tacetd SIGHUP."},
    {E_CONFLICT, "The files hold another key than the one in force: see tls show and tls switch."},
    {E_ABSENT, "The file of the TLS key or of its certificate is not there."},
    {E_OK, NULL},
};

static const struct sentence ANNOUNCING[] = {
    {E_CONFLICT, "A key is announced already: see tls show.  tls withdraw takes that back."},
    {E_FORGED, "The key is not the key of the certificate."},
    {E_STALE, "This is the key in force: there is nothing to announce."},
    {E_DENIED,
     "This kind of key will not do: P-256, P-384, or RSA of 2,048 to 4,096 bits.  Where\n"
     "the key in force is a file outside of the data directory, --certificate is needed."},
    {E_OK, NULL},
};

static const struct sentence SWITCHING[] = {
    {E_ABSENT, "There is no announced key to switch to: see tls show and tls announce."},
    {E_LIMIT, "The key was announced for less than 30 days: clients that did not connect since\n"
              "would need a new invitation.  If that is right, say --yes."},
    {E_STALE, "The files outside of the data directory do not hold the announced key yet: put it\n"
              "there, then switch."},
    {E_CONFLICT, "The files of the announced key hold another: tls withdraw, and announce anew."},
    {E_OK, NULL},
};

static const struct sentence WITHDRAWING[] = {
    {E_ABSENT, "Nothing is announced."},
    {E_CONFLICT, "The announced key has taken the other's place on disk: it was switched to, and\n"
                 "something failed on the way.  Finish it: tls switch"},
    {E_OK, NULL},
};

/* ---- what holds */

static void show_key(const char *what, const Tacet__Wire__TlsKey *key, uint64_t since_ms)
{
    struct buf hex = BUF(4 * HEX_MAX);

    encoding_hex(&hex, frame_bytes(key->pin));
    printf("%-10s %.*s", what, (int)hex.n, hex.at == NULL ? "" : (const char *)hex.at);
    buf_free(&hex);
    if (key->expires_ms != 0) {
        printf(", certificate until ");
        show_time(stdout, key->expires_ms);
    }
    if (since_ms != 0) {
        printf(", announced ");
        show_time(stdout, since_ms);
    }
    printf("\n");
}

static void show_keys(const Tacet__Wire__TlsKeys *keys)
{
    if (keys->in_force != NULL)
        show_key("in force", keys->in_force, 0);
    if (keys->announced != NULL)
        show_key("announced", keys->announced, keys->announced_ms);
    if (keys->outside != 0)
        printf("The key in force is a file outside of the data directory.\n");
}

static json_t *key_json(const Tacet__Wire__TlsKey *key)
{
    struct buf hex = BUF(4 * HEX_MAX);
    json_t *value;

    encoding_hex(&hex, frame_bytes(key->pin));
    value = json_pack("{ss%}", "pin", hex.at == NULL ? "" : (const char *)hex.at, hex.n);
    buf_free(&hex);
    if (key->expires_ms != 0)
        json_object_set_new(value, "certificate_expires", jsonl_time(key->expires_ms));
    return value;
}

static bool print_keys(const Tacet__Wire__TlsKeys *keys)
{
    json_t *value =
        json_pack("{si sb}", "number", (int)keys->number, "outside", (int)(keys->outside != 0));

    if (keys->in_force != NULL)
        json_object_set_new(value, "in_force", key_json(keys->in_force));
    if (keys->announced != NULL) {
        json_object_set_new(value, "announced", key_json(keys->announced));
        json_object_set_new(value, "announced_since", jsonl_time(keys->announced_ms));
    }
    return jsonl_print(value);
}

/* ---- orders */

struct call {
    const struct ctl_setting *setting;
    const char *certificate, *key; /* files; NULL: not said */
    bool json, yes;
    struct arena arena;
    Tacet__Wire__TlsKeys *answer;
};

static enum words_end give(struct call *c, enum op op, const void *request,
                           const struct sentence *refusals)
{
    const struct order order = {op, request, &tacet__wire__tls_keys__descriptor, refusals};
    enum words_end end = order_give(c->setting, &order, &c->arena, &c->answer);

    if (end == WORDS_FINE && c->json)
        return print_keys(c->answer) ? WORDS_FINE : WORDS_FAILED;
    if (end == WORDS_FINE)
        show_keys(c->answer);
    return end;
}

static enum words_end give_plain(struct call *c, enum op op, const struct sentence *refusals)
{
    Tacet__Wire__AskTls m = TACET__WIRE__ASK_TLS__INIT;

    return give(c, op, &m, refusals);
}

static enum words_end show(struct call *c)
{
    return give_plain(c, OP_TLS_SHOW, REFUSALS);
}

static enum words_end renew(struct call *c)
{
    enum words_end end = give_plain(c, OP_TLS_RENEW, RENEWING);

    if (end == WORDS_FINE)
        fputs("The certificate is new, the key is the same: clients notice nothing.\n", stderr);
    return end;
}

static enum words_end withdraw(struct call *c)
{
    enum words_end end = give_plain(c, OP_TLS_WITHDRAW, WITHDRAWING);

    if (end == WORDS_FINE)
        fputs("The announcement is taken back, and the key deleted.\n", stderr);
    return end;
}

/* ---- announcing */

static bool read_file(const char *path, bool secret, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    ssize_t n = -1;
    uint8_t *at;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        st.st_size <= FILE_MOST) {
        at = buf_extend(out, (size_t)st.st_size);
        n = at == NULL ? -1 : read(fd, at, (size_t)st.st_size);
        if (secret && (st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
            fprintf(stderr, "Warning: others can read %s: chmod 600\n", path);
    }
    if (fd >= 0)
        close(fd);
    if (n > 0 && n == st.st_size)
        return true;
    fprintf(stderr, "%s cannot be read, or is no PEM file.\n", path);
    return false;
}

static enum words_end announce_files(struct call *c, struct buf *certificate, struct buf *key)
{
    Tacet__Wire__AnnounceTls m = TACET__WIRE__ANNOUNCE_TLS__INIT;
    enum words_end end;

    if ((c->certificate != NULL && !read_file(c->certificate, false, certificate)) ||
        (c->key != NULL && !read_file(c->key, true, key)))
        return WORDS_FAILED;
    m.certificate = frame_data(buf_view(certificate));
    m.key = frame_data(buf_view(key));
    end = give(c, OP_TLS_ANNOUNCE, &m, ANNOUNCING);
    if (end == WORDS_FINE)
        fputs("Clients learn of the next key when they connect, and once a day.  After 30 days or\n"
              "more, when all of them have: tls switch\n",
              stderr);
    return end;
}

static enum words_end announce(struct call *c)
{
    struct buf certificate = BUF(FILE_MOST), key = BUF(FILE_MOST);
    enum words_end end;

    if (c->key != NULL && c->certificate == NULL)
        return words_say(WORDS_USAGE, "--key goes with --certificate.");
    end = announce_files(c, &certificate, &key);
    buf_free(&certificate);
    buf_free(&key);
    return end;
}

/* ---- switching */

static void say_how_long(uint64_t announced_ms)
{
    uint64_t now_ms = (uint64_t)time(NULL) * CLOCK_SECOND_MS;
    unsigned long long days = clock_since(now_ms, announced_ms) / CLOCK_DAY_MS;

    fprintf(stderr,
            "The key was announced for %llu %s.  Clients that did not connect since do not know\n"
            "it: each of those needs a new invitation, once the old account is removed.\n",
            days, days == 1 ? "day" : "days");
}

static enum words_end switch_over(struct call *c)
{
    Tacet__Wire__AskTls ask = TACET__WIRE__ASK_TLS__INIT;
    Tacet__Wire__SwitchTls m = TACET__WIRE__SWITCH_TLS__INIT;
    const struct order order = {OP_TLS_SHOW, &ask, &tacet__wire__tls_keys__descriptor, REFUSALS};
    enum words_end end = order_give(c->setting, &order, &c->arena, &c->answer);

    if (end != WORDS_FINE)
        return end;
    if (c->answer->announced != NULL)
        say_how_long(c->answer->announced_ms);
    m.early = c->yes;
    end = give(c, OP_TLS_SWITCH, &m, SWITCHING);
    if (end == WORDS_FINE)
        fputs("New connections are shown the announced key.\n", stderr);
    return end;
}

static const struct {
    const char *name;
    enum words_end (*run)(struct call *c);
} ORDERS[] = {
    {"show", show},          {"renew", renew},       {"announce", announce},
    {"switch", switch_over}, {"withdraw", withdraw},
};

static enum words_end run(struct options *o, const void *setting)
{
    struct call c = {.setting = setting, .arena = ARENA(ANSWER_MAX)};
    enum words_end end = WORDS_USAGE;
    const char *what;

    c.certificate = options_text(o, "--certificate");
    c.key = options_text(o, "--key");
    c.json = options_flag(o, "--json");
    c.yes = options_flag(o, "--yes");
    what = options_need(o, "show, renew, announce, switch or withdraw");
    if (!options_end(o))
        return WORDS_USAGE;
    if ((c.certificate != NULL || c.key != NULL) && strcmp(what, "announce") != 0)
        return words_say(WORDS_USAGE, "--certificate and --key go with announce.");
    if (c.yes && strcmp(what, "switch") != 0)
        return words_say(WORDS_USAGE, "--yes goes with switch.");
    for (size_t i = 0; i < sizeof ORDERS / sizeof ORDERS[0]; i++)
        if (strcmp(what, ORDERS[i].name) == 0) {
            end = ORDERS[i].run(&c);
            arena_free(&c.arena);
            return end;
        }
    return words_say(WORDS_USAGE, "It is tls show, renew, announce, switch or withdraw.");
}

const struct word order_tls = {
    .name = "tls",
    .run = run,
    .usage =
        "show|renew|announce|switch|withdraw [--certificate FILE] [--key FILE] [--yes] [--json]",
    .what = "Show and change the key by which clients know the server.",
    .details =
        "A client accepts the server by its TLS key alone: the one that its invitation names, or "
        "one\n"
        "that the server has announced since.  So a new key is announced first, and comes into "
        "force\n"
        "when everybody has heard of it.\n"
        "\n"
        "  show               The keys in force and announced, by the SHA-256 of their public "
        "half.\n"
        "  renew              A new certificate for the same key, at once.\n"
        "  announce           Make the next key, or take the given one, and tell clients of it.\n"
        "  switch             The announced key comes into force, for new connections at once.\n"
        "  withdraw           Take the announcement back.\n"
        "\n"
        "  --certificate FILE With announce: the next key's certificate, PEM.\n"
        "  --key FILE         With announce: the next key, PEM.  Not where tacetd was started "
        "with\n"
        "                     --tls-key: there, put both in its files, then switch.\n"
        "  --yes              With switch: although the key was announced for less than 30 days.\n"
        "  --json             One JSON object: number, in_force, announced, announced_since,\n"
        "                     outside; a key has pin and certificate_expires.\n",
};
