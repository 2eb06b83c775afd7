/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/health.h"

static const struct row {
    const char *name;
    bool stops;
} ROWS[HEALTH_REASONS] = {
    [HEALTH_DISK_FULL] = {"disk-full", true},
    [HEALTH_DISK_ERROR] = {"disk-error", true},
    [HEALTH_DISK_LOW] = {"disk-low", false},
    [HEALTH_BALLAST_MISSING] = {"ballast-missing", false},
    [HEALTH_DIRECTORY_CERTIFICATE_SOON] = {"directory-certificate-soon", false},
    [HEALTH_DIRECTORY_CERTIFICATE_OVER] = {"directory-certificate-over",
                                           true}, /* nobody can join */
    [HEALTH_TLS_CERTIFICATE_SOON] = {"tls-certificate-soon", false},
    [HEALTH_TLS_CERTIFICATE_OVER] = {"tls-certificate-over", false}, /* clients look at the key */
    [HEALTH_CLOCK_JUMPED] = {"clock-jumped", false},
    [HEALTH_CLIENTS_FULL] = {"clients-full", false}, /* those who are in are served */
};

const char *health_name(enum health_reason reason)
{
    return reason > 0 && reason < HEALTH_REASONS ? ROWS[reason].name : NULL;
}

bool health_set(struct health *h, enum health_reason reason, bool is)
{
    bool news = h->is[reason] != is;

    h->is[reason] = is;
    return news;
}

bool health_serves(const struct health *h)
{
    if (h->stopping)
        return false;
    for (enum health_reason i = HEALTH_DISK_FULL; i < HEALTH_REASONS; i++)
        if (h->is[i] && ROWS[i].stops)
            return false;
    return true;
}

static bool is_well(const struct health *h)
{
    for (enum health_reason i = HEALTH_DISK_FULL; i < HEALTH_REASONS; i++)
        if (h->is[i])
            return false;
    return true;
}

void health_write(const struct health *h, struct buf *out)
{
    const char *between = "";

    buf_text(out, "{\"state\":\"");
    buf_text(out, h->stopping ? "stopping" : is_well(h) ? "ready" : "degraded");
    buf_text(out, "\",\"reasons\":[");
    for (enum health_reason i = HEALTH_DISK_FULL; i < HEALTH_REASONS; i++) {
        if (!h->is[i])
            continue;
        buf_text(out, between);
        buf_text(out, "\"");
        buf_text(out, ROWS[i].name);
        buf_text(out, "\"");
        between = ",";
    }
    buf_text(out, "]}\n");
}
