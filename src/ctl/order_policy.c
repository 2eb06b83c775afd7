/* SPDX-License-Identifier: Apache-2.0 */
/* policy: what holds for every conversation.  It is signed where the root key is, off the server,
 * and published here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/text.h"
#include "ctl/order.h"
#include "ctl/policy_text.h"
#include "ctl/root_file.h"
#include "terminal/jsonl.h"
#include "terminal/prompt.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX   (1 << 20)
#define HOURS_MOST   8760 /* ahead that a policy may be dated */
#define DAYS_DEFAULT 365

static const struct sentence PUBLISHING[] = {
    {E_FORGED, "This policy is not signed by the root key of this network, or does not follow the\n"
               "newest one: see policy show."},
    {E_CONFLICT, "This policy has not the next number: see policy show, and sign it anew."},
    {E_ABSENT, "The account that is to retain is not one of this network: see people --json."},
    {E_REMOVED, "The account that is to retain was removed."},
    {E_CLOCK, "The policy is dated more than an hour ahead of the server's clock."},
    {E_MALFORMED, "This file is no policy, or it is damaged."},
    {E_TRUNCATED, "This file is no policy, or it is damaged."},
    {E_OK, NULL},
};

static const struct sentence SIGNING[] = {
    {E_FORGED, "The policy before is not of this root key and domain."},
    {E_TRUNCATED, "The policy before is damaged."},
    {E_CLOCK, "The policy before is dated ahead of this machine's clock."},
    {E_LIMIT, "There are no more numbers for policies."},
    {E_OK, NULL},
};

struct call {
    const struct ctl_setting *setting;
    const char *root_file, *domain, *previous, *out, *profile, *retain, *scope;
    int passphrase_fd;
    unsigned days, hours;
    bool strict, json;
    uint64_t now_ms;
    struct arena arena;
};

static const char *explain(enum err_code code)
{
    const char *text = words_explain(SIGNING, code);

    if (text == NULL)
        text = words_explain(root_file_sentences, code);
    return text == NULL ? order_explain(NULL, code) : text;
}

/* ---- files */

static bool read_policy(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    ssize_t n = -1;
    uint8_t *at;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        st.st_size <= POLICY_MAX_SIZE) {
        at = buf_extend(out, (size_t)st.st_size);
        n = at == NULL ? -1 : read(fd, at, (size_t)st.st_size);
    }
    if (fd >= 0)
        close(fd);
    if (n > 0 && n == st.st_size)
        return true;
    fprintf(stderr, "%s cannot be read, or is no policy.\n", path);
    return false;
}

/* A file that is there stays as it is. */
static bool write_policy(const char *path, struct bytes statement)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
    bool written = fd >= 0 && write(fd, statement.at, statement.n) == (ssize_t)statement.n;

    if (fd >= 0 && (fsync(fd) != 0 || close(fd) != 0))
        written = false;
    if (!written)
        fprintf(stderr, "%s cannot be written, or is there already.\n", path);
    return written;
}

/* ---- show */

static struct err show_one(struct call *c, const Tacet__Wire__Policies *answer, size_t i)
{
    struct network_policy p;
    struct network_id nid;
    struct point root;
    bool in_force;

    if (answer->root.len != sizeof root.b)
        return FAIL(E_MALFORMED);
    memcpy(root.b, answer->root.data, sizeof root.b);
    TRY(names_network(&root, frame_bytes(answer->domain), &nid));
    TRY(policy_parse(frame_bytes(answer->statements[i]), &nid, &p));
    in_force = p.number == answer->in_force;
    if (!c->json)
        policy_text_show(stdout, &p, in_force);
    else if (!jsonl_print(policy_text_json(&p, in_force)))
        return FAIL(E_NOMEM);
    return OK;
}

static enum words_end show(struct call *c)
{
    Tacet__Wire__AskPolicies m = TACET__WIRE__ASK_POLICIES__INIT;
    Tacet__Wire__Policies *answer = NULL;
    const struct order order = {OP_POLICY_SHOW, &m, &tacet__wire__policies__descriptor, NULL};
    enum words_end end = order_give(c->setting, &order, &c->arena, &answer);

    if (end != WORDS_FINE)
        return end;
    for (size_t i = 0; i < answer->n_statements; i++)
        if (show_one(c, answer, i).code != E_OK)
            return words_say(WORDS_FAILED, "What the server answers is no policy.");
    if (answer->in_force == 0)
        fputs("There is no policy in force: profile hybrid, and nobody retains.\n", stderr);
    if (c->out == NULL)
        return WORDS_FINE;
    if (answer->n_statements == 0)
        return words_say(WORDS_FAILED, "There is no policy to write: sign the first without "
                                       "--previous.");
    return write_policy(c->out, frame_bytes(answer->statements[answer->n_statements - 1]))
               ? WORDS_FINE
               : WORDS_FAILED;
}

/* ---- sign */

/* "ID,ID": sorted afterwards, because that is how a policy has them. */
static bool read_rooms(const char *text, struct policy_retention *r)
{
    struct bytes left = bytes_text(text);

    for (r->scope = POLICY_NAMED; left.n > 0 && r->rooms < POLICY_ROOMS_MAX; r->rooms++) {
        size_t n = 2 * sizeof(struct room_id), i = r->rooms;
        struct room_id id;

        if (left.n < n || encoding_hex_read(bytes(left.at, n), id.b, sizeof id.b).code != E_OK)
            return false;
        for (; i > 0 && memcmp(r->room[i - 1].b, id.b, sizeof id.b) > 0; i--)
            r->room[i] = r->room[i - 1];
        r->room[i] = id;
        left = bytes(left.at + n, left.n - n);
        if (left.n == 1 || (left.n > 0 && left.at[0] != ','))
            return false;
        if (left.n > 0)
            left = bytes(left.at + 1, left.n - 1);
    }
    return r->rooms > 0 && left.n == 0;
}

/* What the options say of it. */
static enum words_end read_options(const struct call *c, struct network_policy *p)
{
    struct policy_retention *r = &p->retention;

    p->profile = POLICY_HYBRID;
    if (c->profile != NULL && strcmp(c->profile, "standard") == 0)
        p->profile = POLICY_STANDARD;
    else if (c->profile != NULL && strcmp(c->profile, "hybrid") != 0)
        return words_say(WORDS_USAGE, "--profile is hybrid or standard.");
    p->retains = c->retain != NULL;
    if (!p->retains)
        return WORDS_FINE;
    if (encoding_hex_read(bytes_text(c->retain), r->aid.b, sizeof r->aid.b).code != E_OK)
        return words_say(WORDS_USAGE, "--retain is an account's id, as people --json has it.");
    r->scope = POLICY_ALL;
    if (c->scope != NULL && strcmp(c->scope, "rooms") == 0)
        r->scope = POLICY_ROOMS;
    else if (c->scope != NULL && strcmp(c->scope, "all") != 0 && !read_rooms(c->scope, r))
        return words_say(WORDS_USAGE, "--scope is all, rooms, or the ids of 1 to 64 rooms.");
    r->strict = c->strict;
    r->days = (uint16_t)c->days;
    return WORDS_FINE;
}

/* Number, chain and network: from the policy before, or as the first one. */
static struct err follow(const struct call *c, struct bytes file, struct bytes previous,
                         struct network_id *nid, struct network_policy *p)
{
    struct network_policy before = {.number = 0};
    struct point root;

    TRY(keyfile_public(file, root.b));
    TRY(names_network(&root, bytes_text(c->domain), nid));
    if (previous.n > 0)
        TRY(policy_check(previous, nid, &root, NULL, c->now_ms, &before));
    if (before.number == UINT32_MAX)
        return FAIL(E_LIMIT);
    p->number = before.number + 1;
    memcpy(p->previous, before.hash, sizeof p->previous);
    p->made_ms = c->now_ms > before.made_ms ? c->now_ms : before.made_ms;
    p->from_ms = clock_add(p->made_ms, c->hours * CLOCK_HOUR_MS);
    return OK;
}

static struct err sign_with(struct bytes file, struct bytes passphrase,
                            const struct network_id *nid, struct network_policy *p, struct buf *out)
{
    struct sign_private *key = NULL;
    struct err err = keyfile_open(file, passphrase, &key);

    if (err.code == E_OK)
        err = policy_sign(p, nid, key, out);
    sign_private_free(key);
    return err;
}

static bool make(const struct call *c, struct bytes previous, struct network_policy *p,
                 struct buf *out)
{
    struct buf file = ROOT_FILE_BUF, passphrase = PROMPT_BUF;
    struct err err = root_file_read(c->root_file, &file);
    struct network_id nid;
    bool made = false;

    if (err.code == E_OK)
        err = follow(c, buf_view(&file), previous, &nid, p);
    if (err.code == E_OK &&
        prompt_ask(c->passphrase_fd, "Passphrase of the root key", PROMPT_KNOWN, &passphrase)) {
        err = sign_with(buf_view(&file), buf_view(&passphrase), &nid, p, out);
        made = err.code == E_OK;
    }
    if (err.code != E_OK)
        fprintf(stderr, "%s\n", explain(err.code));
    buf_free(&passphrase);
    buf_free(&file);
    return made;
}

static enum words_end sign(struct call *c)
{
    struct buf previous = BUF(POLICY_MAX_SIZE), statement = BUF(POLICY_MAX_SIZE);
    struct network_policy p = {.number = 0};
    enum words_end end;

    if (c->root_file == NULL || c->domain == NULL || c->out == NULL)
        return words_say(WORDS_USAGE, "policy sign needs --root, --domain and --out.");
    if (!text_is_domain(bytes_text(c->domain)))
        return words_say(WORDS_USAGE, "--domain is the network's, as tacetd init had it.");
    end = read_options(c, &p);
    if (end != WORDS_FINE)
        return end;
    end = WORDS_FAILED;
    if ((c->previous == NULL || read_policy(c->previous, &previous)) &&
        make(c, buf_view(&previous), &p, &statement) &&
        write_policy(c->out, buf_view(&statement))) {
        policy_text_show(stderr, &p, false);
        end = WORDS_FINE;
    }
    buf_free(&previous);
    buf_free(&statement);
    return end;
}

/* ---- publish */

static enum words_end publish(struct call *c, const char *path)
{
    Tacet__Wire__PublishPolicy m = TACET__WIRE__PUBLISH_POLICY__INIT;
    const struct order order = {OP_POLICY_PUBLISH, &m, NULL, PUBLISHING};
    struct buf statement = BUF(POLICY_MAX_SIZE);
    enum words_end end = WORDS_FAILED;

    if (read_policy(path, &statement)) {
        m.statement = frame_data(buf_view(&statement));
        end = order_give(c->setting, &order, &c->arena, NULL);
    }
    if (end == WORDS_FINE)
        fputs("The policy is published: clients hear of it when they next need it.\n", stderr);
    buf_free(&statement);
    return end;
}

/* ---- the order */

static bool signs(const struct call *c)
{
    return c->root_file != NULL || c->domain != NULL || c->previous != NULL || c->profile != NULL ||
           c->retain != NULL || c->scope != NULL || c->strict || c->hours != 0 ||
           c->days != DAYS_DEFAULT || c->passphrase_fd >= 0;
}

static enum words_end choose(struct call *c, const char *what, const char *path)
{
    if (strcmp(what, "sign") == 0 && path == NULL)
        return c->json ? words_say(WORDS_USAGE, "--json goes with show.") : sign(c);
    if (signs(c))
        return words_say(WORDS_USAGE, "Only --out and --json go with show, and none with publish.");
    if (strcmp(what, "show") == 0 && path == NULL)
        return show(c);
    if (strcmp(what, "publish") == 0 && path != NULL && c->out == NULL && !c->json)
        return publish(c, path);
    return words_say(WORDS_USAGE, "It is policy show, policy sign, or policy publish FILE.");
}

static enum words_end run(struct options *o, const void *setting)
{
    struct call c = {.setting = setting,
                     .days = DAYS_DEFAULT,
                     .now_ms = (uint64_t)time(NULL) * CLOCK_SECOND_MS,
                     .arena = ARENA(ANSWER_MAX)};
    const char *what, *path;
    enum words_end end;

    c.root_file = options_text(o, "--root");
    c.domain = options_text(o, "--domain");
    c.previous = options_text(o, "--previous");
    c.out = options_text(o, "--out");
    c.profile = options_text(o, "--profile");
    c.retain = options_text(o, "--retain");
    c.scope = options_text(o, "--scope");
    c.strict = options_flag(o, "--strict");
    c.json = options_flag(o, "--json");
    c.passphrase_fd = options_descriptor(o, "--passphrase-fd");
    options_number(o, "--days", 1, POLICY_DAYS_MAX, &c.days);
    options_number(o, "--from", 0, HOURS_MOST, &c.hours);
    what = options_need(o, "show, sign or publish");
    path = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (c.retain == NULL && (c.scope != NULL || c.strict || c.days != DAYS_DEFAULT))
        return words_say(WORDS_USAGE, "--scope, --strict and --days go with --retain.");
    end = choose(&c, what, path);
    arena_free(&c.arena);
    return end;
}

const struct word order_policy = {
    .name = "policy",
    .run = run,
    .usage = "show|sign|publish [FILE] [--root FILE] [--passphrase-fd N] [--domain DOMAIN] "
             "[--out FILE] [--previous FILE] [--from HOURS] [--profile NAME] [--retain ACCOUNT] "
             "[--days N] [--scope WHICH] [--strict] [--json]",
    .what = "Show and change what holds for every conversation, with the root key.",
    .details =
        "A policy says which profile messages have, and who keeps copies of them.  It is signed\n"
        "where the root key is, best on another machine: sign needs no server.\n"
        "\n"
        "  show               The policy in force, and those to come.\n"
        "  sign               Make the next one; all of it is said anew each time.\n"
        "  publish            Hand it to the server.\n"
        "\n"
        "  --out FILE         With show: write the newest policy there, for --previous.  With "
        "sign:\n"
        "                     where the next one goes.\n"
        "  --json             One JSON object a line, with show: number, in_force, made, from,\n"
        "                     profile, retention.\n"
        "  --root FILE        The root key file.\n"
        "  --passphrase-fd N  Read its passphrase from descriptor N: its first line.\n"
        "  --domain DOMAIN    The network's, as tacetd init had it.\n"
        "  --previous FILE    The newest policy; without it the first one is made.\n"
        "  --from HOURS       In how many hours it comes into force; 0 unless said.\n"
        "  --profile NAME     hybrid, which holds unless said, or standard.\n"
        "  --retain ACCOUNT   Id of the account that keeps copies: people --json has it.\n"
        "  --days N           For how long they wait for it, 1 to 365; 365 unless said.\n"
        "  --scope WHICH      all, which holds unless said; rooms; or the ids of 1 to 64 rooms, "
        "with\n"
        "                     commas between them.\n"
        "  --strict           Clients hold back what was not sent to it.\n",
};
