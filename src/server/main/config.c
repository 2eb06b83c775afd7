/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/config.h"

#include "base/reader.h"
#include "base/text.h"
#include "net/endpoint.h"
#include "statement/invitation.h"

static bool is_path(const char *value)
{
    return value[0] != '\0';
}

static bool is_endpoint(const char *value)
{
    struct endpoint e;

    return endpoint_parse(value, &e).code == E_OK;
}

/* What invitations may name. */
static bool is_address(const char *value)
{
    return link_form_is_address(bytes_text(value));
}

/* Whoever may ask is told much about the server: programs on this machine, and nobody else. */
static bool is_loopback(const char *value)
{
    struct endpoint e;

    return endpoint_parse(value, &e).code == E_OK && endpoint_is_loopback(&e);
}

static bool is_level(const char *value)
{
    enum log_level level;

    return log_level_read(bytes_text(value), &level);
}

/* 0 to CONFIG_GIB_MAX in decimal digits, without zeros in front. */
static bool read_gib(const char *value, uint64_t *out)
{
    uint64_t n = 0;
    size_t i;

    for (i = 0; value[i] >= '0' && value[i] <= '9' && n <= CONFIG_GIB_MAX; i++)
        n = 10 * n + (uint64_t)(value[i] - '0');
    *out = n;
    return i > 0 && value[i] == '\0' && n <= CONFIG_GIB_MAX && (value[0] != '0' || i == 1);
}

static bool is_gib(const char *value)
{
    uint64_t n;

    return read_gib(value, &n);
}

static const struct row {
    const char *name;
    bool (*will_do)(const char *value);
    const char *usual; /* when nothing was said, or NULL */
} ROWS[CONFIG_NAMES] = {
    [CONFIG_DATA] = {"data", is_path, NULL},
    [CONFIG_LISTEN] = {"listen", is_endpoint, "127.0.0.1:8443"},
    [CONFIG_ADDRESS] = {"address", is_address, NULL},
    [CONFIG_MONITOR] = {"monitor", is_loopback, NULL},
    [CONFIG_LOG_LEVEL] = {"log-level", is_level, "info"},
    [CONFIG_TLS_KEY] = {"tls-key", is_path, NULL},
    [CONFIG_TLS_CERTIFICATE] = {"tls-certificate", is_path, NULL},
    [CONFIG_FILES_ACCOUNT_GIB] = {"files-account-gib", is_gib, "20"},
    [CONFIG_FILES_ALL_GIB] = {"files-all-gib", is_gib, "1024"},
};

const char *config_text(enum config_name name)
{
    return name > 0 && name < CONFIG_NAMES ? ROWS[name].name : NULL;
}

const char *config_get(const struct config *c, enum config_name name)
{
    return c->value[name][0] == '\0' ? NULL : c->value[name];
}

static bool is_plain(struct bytes in)
{
    for (size_t i = 0; i < in.n; i++)
        if (in.at[i] < ' ' || in.at[i] == 0x7f)
            return false;
    return text_is_utf8(in);
}

struct err config_set(struct config *c, enum config_name name, struct bytes value)
{
    char text[CONFIG_VALUE_MAX + 1] = "";

    if (value.n > CONFIG_VALUE_MAX)
        return FAIL(E_LIMIT);
    if (!is_plain(value))
        return FAIL(E_MALFORMED);
    if (value.n > 0)
        memcpy(text, value.at, value.n);
    if (!ROWS[name].will_do(text))
        return FAIL(E_MALFORMED);
    memcpy(c->value[name], text, sizeof text);
    return OK;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct bytes trim(struct bytes in)
{
    while (in.n > 0 && is_blank(in.at[0]))
        in = bytes(&in.at[1], in.n - 1);
    while (in.n > 0 && is_blank(in.at[in.n - 1]))
        in.n--;
    return in;
}

/* Up to the mark, which is skipped too; all of the rest when there is none. */
static struct bytes take_until(struct reader *r, uint8_t mark)
{
    struct bytes rest = reader_rest(r);
    const uint8_t *at = rest.n == 0 ? NULL : memchr(rest.at, mark, rest.n);
    struct bytes taken = reader_take(r, at == NULL ? rest.n : (size_t)(at - rest.at));

    if (at != NULL)
        reader_u8(r);
    return taken;
}

static enum config_name name_of(struct bytes text)
{
    enum config_name name = CONFIG_DATA;

    while (name < CONFIG_NAMES && !bytes_same(text, bytes_text(ROWS[name].name)))
        name++;
    return name;
}

static struct err line_parse(struct bytes line, struct config *out)
{
    struct reader r = reader(line);
    struct bytes text = trim(take_until(&r, '='));
    enum config_name name = name_of(text);

    if (trim(line).n == 0 || (text.n > 0 && text.at[0] == '#'))
        return OK;
    if (memchr(line.at, '=', line.n) == NULL)
        return FAIL(E_MALFORMED);
    if (name == CONFIG_NAMES)
        return FAIL(E_ABSENT);
    if (config_get(out, name) != NULL)
        return FAIL(E_CONFLICT);
    return config_set(out, name, trim(reader_rest(&r)));
}

struct err config_parse(struct bytes text, struct config *out, unsigned *line)
{
    struct reader r = reader(text);

    *line = 0;
    if (text.n > CONFIG_FILE_MAX)
        return FAIL(E_LIMIT);
    while (reader_left(&r) > 0) {
        ++*line;
        TRY(line_parse(take_until(&r, '\n'), out));
    }
    *line = 0;
    return OK;
}

enum config_name config_named(struct bytes text, unsigned line)
{
    struct reader r = reader(text);
    struct bytes at = {0};
    enum config_name name;

    while (line-- > 0)
        at = take_until(&r, '\n');
    r = reader(at);
    name = name_of(trim(take_until(&r, '=')));
    return reader_left(&r) > 0 && is_plain(trim(reader_rest(&r))) ? name : CONFIG_NAMES;
}

struct err config_check(const struct config *c)
{
    if (config_get(c, CONFIG_DATA) == NULL)
        return FAIL(E_ABSENT);
    if ((config_get(c, CONFIG_TLS_KEY) == NULL) != (config_get(c, CONFIG_TLS_CERTIFICATE) == NULL))
        return FAIL(E_CONFLICT);
    return OK;
}

void config_default(struct config *c)
{
    for (enum config_name i = CONFIG_DATA; i < CONFIG_NAMES; i++)
        if (config_get(c, i) == NULL && ROWS[i].usual != NULL)
            memcpy(c->value[i], ROWS[i].usual, strlen(ROWS[i].usual) + 1);
}

enum log_level config_log_level(const struct config *c)
{
    enum log_level level = LOG_INFO;

    invariant(log_level_read(bytes_text(c->value[CONFIG_LOG_LEVEL]), &level));
    return level;
}

uint64_t config_room(const struct config *c, enum config_name name)
{
    uint64_t gib = 0;

    invariant(read_gib(c->value[name], &gib));
    return gib << 30;
}

void config_write(const struct config *c, struct buf *out)
{
    for (enum config_name i = CONFIG_DATA; i < CONFIG_NAMES; i++) {
        if (config_get(c, i) == NULL)
            continue;
        buf_text(out, ROWS[i].name);
        buf_text(out, " = ");
        buf_text(out, c->value[i]);
        buf_text(out, "\n");
    }
}
