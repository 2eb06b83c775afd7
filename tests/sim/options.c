/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/dice.h"

#define HOSTILE_FIRST  KIND_DROP
#define HOSTILE_LAST   KIND_RESTORE
#define HOSTILE_PEOPLE 6

static const char *const NAMES[KINDS] = {
    [KIND_JOIN] = "join",
    [KIND_LEAVE] = "leave",
    [KIND_REMOVE] = "remove",
    [KIND_VERIFY] = "verify",
    [KIND_LOSS] = "loss",
    [KIND_PARTITION] = "partition",
    [KIND_FLAP] = "flap",
    [KIND_HALF_OPEN] = "half_open",
    [KIND_RESET] = "reset",
    [KIND_SLOW] = "slow",
    [KIND_CRASH] = "crash",
    [KIND_SERVER_CRASH] = "server_crash",
    [KIND_DISK_CRASH] = "disk_crash",
    [KIND_SYNC] = "sync",
    [KIND_FULL] = "full",
    [KIND_CLOCK] = "clock",
    [KIND_DAYS] = "days",
    [KIND_POLICY] = "policy",
    [KIND_BACKUP] = "backup",
    [KIND_LOST_DISK] = "lost_disk",
    [KIND_DROP] = "drop",
    [KIND_TWICE] = "twice",
    [KIND_HOLD] = "hold",
    [KIND_FLIP] = "flip",
    [KIND_REPLAY] = "replay",
    [KIND_SWAP] = "swap",
    [KIND_STALL] = "stall",
    [KIND_PREKEYS] = "prekeys",
    [KIND_DEVICES] = "devices",
    [KIND_ROLL_BACK] = "roll_back",
    [KIND_RESTORE] = "restore",
    [KIND_PASSPHRASE] = "passphrase",
    [KIND_FORK] = "fork",
    [KIND_INSERT] = "insert",
    [KIND_ADD_DEVICE] = "add_device",
    [KIND_REMOVE_DEVICE] = "remove_device",
    [KIND_GIVE_HISTORY] = "give_history",
    [KIND_LOSE_DEVICES] = "lose_devices",
    [KIND_RECOVERY] = "recovery",
    [KIND_ROOMS] = "rooms",
    [KIND_TIMERS] = "timers",
    [KIND_REMARKS] = "remarks",
    [KIND_ACTIVITY] = "activity",
};

const char *options_kind(enum kind k)
{
    return NAMES[k];
}

static bool is_lie(enum kind k)
{
    return (k >= HOSTILE_FIRST && k <= HOSTILE_LAST) || k == KIND_FORK || k == KIND_INSERT ||
           k == KIND_RECOVERY;
}

bool options_has(const struct options *o, enum kind k)
{
    return (o->kinds >> k & 1) != 0 && (!is_lie(k) || o->hostile);
}

bool options_heals(const struct options *o)
{
    return o->hostile || options_has(o, KIND_DAYS);
}

/* In most worlds everybody has one device; in the others they come, in most of those some go, and
 * in half of them some are given what was said before. */
static uint64_t several_devices(uint64_t seed, uint64_t kinds)
{
    static const uint64_t all = UINT64_C(1) << KIND_ADD_DEVICE | UINT64_C(1) << KIND_REMOVE_DEVICE |
                                UINT64_C(1) << KIND_GIVE_HISTORY;
    struct dice d = dice_for(seed, "several devices");
    bool several = dice_once_in(&d, 3), some_go = !dice_once_in(&d, 4),
         some_give = dice_once_in(&d, 2);

    kinds &= ~all;
    if (!several)
        return kinds;
    return kinds | UINT64_C(1) << KIND_ADD_DEVICE |
           (some_go ? UINT64_C(1) << KIND_REMOVE_DEVICE : 0) |
           (some_give ? UINT64_C(1) << KIND_GIVE_HISTORY : 0);
}

/* And in some they may lose all they have. */
static uint64_t losing_everything(uint64_t seed, uint64_t kinds)
{
    static const uint64_t both = UINT64_C(1) << KIND_LOSE_DEVICES | UINT64_C(1) << KIND_RECOVERY;
    struct dice d = dice_for(seed, "losing everything");
    bool some_lose = dice_once_in(&d, 3), is_lied_to = !dice_once_in(&d, 3);

    kinds &= ~both;
    if (!some_lose)
        return kinds;
    return kinds | UINT64_C(1) << KIND_LOSE_DEVICES |
           (is_lied_to ? UINT64_C(1) << KIND_RECOVERY : 0);
}

/* And in some there are rooms. */
static uint64_t some_rooms(uint64_t seed, uint64_t kinds)
{
    static const uint64_t rooms = UINT64_C(1) << KIND_ROOMS;
    struct dice d = dice_for(seed, "rooms");

    return dice_once_in(&d, 3) ? kinds | rooms : kinds & ~rooms;
}

/* And in some people say something of messages, or these end: where nothing is put back, copied or
 * given. */
static uint64_t some_deeds(uint64_t seed, const struct options *o)
{
    static const uint64_t both = UINT64_C(1) << KIND_REMARKS | UINT64_C(1) << KIND_TIMERS;
    static const uint64_t without = UINT64_C(1) << KIND_POLICY | UINT64_C(1) << KIND_LOST_DISK |
                                    UINT64_C(1) << KIND_GIVE_HISTORY |
                                    UINT64_C(1) << KIND_LOSE_DEVICES;
    struct dice d = dice_for(seed, "deeds");
    bool some_remark = dice_once_in(&d, 3), some_end = dice_once_in(&d, 4);

    if (o->hostile || !(some_remark || some_end))
        return o->kinds & ~both;
    return (o->kinds & ~both & ~without) | (some_remark ? UINT64_C(1) << KIND_REMARKS : 0) |
           (some_end ? UINT64_C(1) << KIND_TIMERS : 0);
}

/* And in some they have it told what they do. */
static uint64_t some_activity(uint64_t seed, uint64_t kinds)
{
    static const uint64_t activity = UINT64_C(1) << KIND_ACTIVITY;
    struct dice d = dice_for(seed, "activity");

    return dice_once_in(&d, 3) ? kinds | activity : kinds & ~activity;
}

/* Most worlds are small: what goes wrong shows there too, and sooner. */
static unsigned people_of(struct dice *d)
{
    size_t size = dice_below(d, 20);

    if (size < 14)
        return OPTIONS_PEOPLE_LEAST + (unsigned)dice_below(d, 3);
    if (size < 19)
        return 6 + (unsigned)dice_below(d, 5);
    return 11 + (unsigned)dice_below(d, OPTIONS_PEOPLE_MOST - 10);
}

void options_expand(uint64_t seed, struct options *out)
{
    static const unsigned latencies[] = {1, 5, 20, 80, 300}, paces[] = {20, 100, 500, 5000};
    struct dice d = dice_for(seed, "options");

    *out = (struct options){.seed = seed};
    out->people = people_of(&d);
    out->steps = 20 + (unsigned)dice_below(&d, 80);
    out->kinds = dice_roll(&d) & ((UINT64_C(1) << KINDS) - 1) & ~(UINT64_C(1) << KIND_DAYS);
    out->kinds = several_devices(seed, out->kinds);
    out->kinds = losing_everything(seed, out->kinds);
    out->kinds = some_rooms(seed, out->kinds);
    out->hostile = dice_once_in(&d, 4);
    out->kinds = some_deeds(seed, out);
    out->kinds = some_activity(seed, out->kinds);
    if (out->hostile && out->people > HOSTILE_PEOPLE) /* repairs are slow, and many */
        out->people = HOSTILE_PEOPLE;
    out->latency_ms = latencies[dice_below(&d, sizeof latencies / sizeof latencies[0])];
    out->jitter_ms = (unsigned)dice_below(&d, 2 * out->latency_ms);
    out->pace_ms = paces[dice_below(&d, sizeof paces / sizeof paces[0])];
}

/* "a,b,c" as bits; names that are none stop it. */
static bool kinds_of(const char *list, uint64_t *out)
{
    *out = 0;
    while (*list != '\0') {
        size_t n = strcspn(list, ","), k = 0;

        while (k < KINDS && !(strlen(NAMES[k]) == n && strncmp(NAMES[k], list, n) == 0))
            k++;
        if (k == KINDS)
            return false;
        *out |= UINT64_C(1) << k;
        list += n + (list[n] == ',');
    }
    return true;
}

static bool number_of(const char *word, const char *name, unsigned *out)
{
    size_t n = strlen(name);
    char *end;

    if (strncmp(word, name, n) != 0 || word[n] != '=')
        return false;
    *out = (unsigned)strtoul(word + n + 1, &end, 10);
    return *end == '\0';
}

bool options_word(struct options *o, const char *word)
{
    uint64_t kinds;
    unsigned hostile;

    if (strncmp(word, "without=", 8) == 0 && kinds_of(word + 8, &kinds)) {
        o->kinds &= ~kinds;
        return true;
    }
    if (strncmp(word, "with=", 5) == 0 && kinds_of(word + 5, &kinds)) {
        o->kinds |= kinds;
        return true;
    }
    if (strncmp(word, "only=", 5) == 0 && kinds_of(word + 5, &kinds)) {
        o->kinds = kinds;
        return true;
    }
    if (strncmp(word, "plant=", 6) == 0) {
        o->plant = word + 6;
        return true;
    }
    if (strcmp(word, "trace") == 0)
        return o->trace = true;
    if (strcmp(word, "as_is") == 0)
        return o->as_is = true;
    if (number_of(word, "hostile", &hostile)) {
        o->hostile = hostile != 0;
        return true;
    }
    return number_of(word, "people", &o->people) || number_of(word, "steps", &o->steps) ||
           number_of(word, "latency", &o->latency_ms) || number_of(word, "jitter", &o->jitter_ms) ||
           number_of(word, "pace", &o->pace_ms);
}

void options_write(const struct options *o, char *out, size_t n)
{
    int at = snprintf(out, n,
                      "people=%u steps=%u hostile=%d latency=%u jitter=%u pace=%u only=", o->people,
                      o->steps, o->hostile, o->latency_ms, o->jitter_ms, o->pace_ms);
    const char *comma = "";

    for (enum kind k = 0; k < KINDS; k++) {
        if (!options_has(o, k))
            continue;
        at += snprintf(out + at, n - (size_t)at, "%s%s", comma, NAMES[k]);
        comma = ",";
    }
    if (o->plant != NULL)
        (void)snprintf(out + at, n - (size_t)at, " plant=%s", o->plant);
}
