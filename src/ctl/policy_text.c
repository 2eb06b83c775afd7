/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/policy_text.h"

#include "base/encoding.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

#define HEX_MAX 64

static const char *profile_name(const struct network_policy *p)
{
    return p->profile == POLICY_HYBRID ? "hybrid" : "standard";
}

static const char *scope_name(const struct policy_retention *r)
{
    if (r->scope == POLICY_ALL)
        return "all";
    return r->scope == POLICY_ROOMS ? "rooms" : "named";
}

static void show_id(FILE *to, struct bytes id)
{
    struct buf hex = BUF(HEX_MAX);

    encoding_hex(&hex, id);
    fprintf(to, "%.*s", (int)hex.n, hex.at == NULL ? "" : (const char *)hex.at);
    buf_free(&hex);
}

static void show_retention(FILE *to, const struct policy_retention *r)
{
    fputs("  retained by ", to);
    show_id(to, ID_BYTES(r->aid));
    fprintf(to, "\n  for %u days; %s%s\n", (unsigned)r->days,
            r->scope == POLICY_ALL     ? "every conversation"
            : r->scope == POLICY_ROOMS ? "every room"
                                       : "these rooms:",
            r->strict ? "" : ", not strict");
    for (size_t i = 0; i < r->rooms; i++) {
        fputs("    ", to);
        show_id(to, ID_BYTES(r->room[i]));
        fputs("\n", to);
    }
    if (r->strict)
        fputs("  strict: a message that left it out is held back\n", to);
}

void policy_text_show(FILE *to, const struct network_policy *p, bool in_force)
{
    fprintf(to, "policy %lu, %s ", (unsigned long)p->number,
            in_force ? "in force since" : "in force from");
    show_time(to, p->from_ms);
    fprintf(to, "\n  profile %s\n", profile_name(p));
    if (p->retains)
        show_retention(to, &p->retention);
    else
        fputs("  nobody retains\n", to);
}

static json_t *id_json(struct bytes id)
{
    struct buf hex = BUF(HEX_MAX);
    json_t *value;

    encoding_hex(&hex, id);
    value = json_stringn(hex.at == NULL ? "" : (const char *)hex.at, hex.n);
    buf_free(&hex);
    return value;
}

static json_t *retention_json(const struct policy_retention *r)
{
    json_t *rooms = json_array();

    for (size_t i = 0; i < r->rooms; i++)
        json_array_append_new(rooms, id_json(ID_BYTES(r->room[i])));
    return json_pack("{so ss sb si so}", "account_id", id_json(ID_BYTES(r->aid)), "scope",
                     scope_name(r), "strict", (int)r->strict, "days", (int)r->days, "rooms", rooms);
}

json_t *policy_text_json(const struct network_policy *p, bool in_force)
{
    json_t *value = json_pack("{sI sb so so ss}", "number", (json_int_t)p->number, "in_force",
                              (int)in_force, "made", jsonl_time(p->made_ms), "from",
                              jsonl_time(p->from_ms), "profile", profile_name(p));

    if (value != NULL && p->retains)
        json_object_set_new(value, "retention", retention_json(&p->retention));
    return value;
}
