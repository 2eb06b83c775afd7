/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/settings.h"

#include <stdio.h>

#include "server/main/house.h"

#define OPTION_SIZE 32

static const char *line_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "there is no setting of this name";
    case E_CONFLICT:
        return "this was set before";
    case E_LIMIT:
        return "this is too long";
    default:
        return "this is no `name = value` of text without control characters";
    }
}

static const char *file_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "there is no such file";
    case E_DENIED:
        return "others can write in this file: chmod go-w";
    case E_LIMIT:
        return "this file is too long";
    default:
        return "this file cannot be read";
    }
}

static const char *value_why(enum config_name name)
{
    switch (name) {
    case CONFIG_LISTEN:
        return "needs HOST:PORT, with an IPv6 address in brackets";
    case CONFIG_ADDRESS:
        return "needs HOST:PORT as an invitation may name it: a DNS name in small letters or an "
               "address, and a port from 1 on";
    case CONFIG_MONITOR:
        return "needs HOST:PORT with an address of this machine: 127.0.0.1 or [::1]";
    case CONFIG_LOG_LEVEL:
        return "needs error, warning or info";
    case CONFIG_FILES_ACCOUNT_GIB:
    case CONFIG_FILES_ALL_GIB:
        return "needs a whole number of GiB, 0 to 1048576";
    case CONFIG_DATA:
    case CONFIG_TLS_KEY:
    case CONFIG_TLS_CERTIFICATE:
    case CONFIG_NAMES:
        break;
    }
    return "needs a path of at most 3,000 bytes";
}

static void say_line(const char *path, struct bytes text, unsigned line, enum err_code code)
{
    enum config_name name = config_named(text, line);

    fprintf(stderr, "tacetd: %s:%u: ", path, line);
    if (code == E_MALFORMED && name != CONFIG_NAMES)
        fprintf(stderr, "%s %s\n", config_text(name), value_why(name));
    else
        fprintf(stderr, "%s\n", line_why(code));
}

static int read_file(const char *path, struct config *out)
{
    struct buf text = BUF(CONFIG_FILE_MAX);
    unsigned line = 0;
    struct err e = house_check(path);

    if (e.code == E_OK)
        e = house_read(path, &text);
    if (e.code != E_OK) {
        fprintf(stderr, "tacetd: %s: %s\n", path, file_why(e.code));
    } else {
        e = config_parse(buf_view(&text), out, &line);
        if (e.code != E_OK)
            say_line(path, buf_view(&text), line, e.code);
    }
    buf_free(&text);
    return e.code == E_OK ? SETTINGS_FINE : SETTINGS_WRONG;
}

static int read_options(struct options *o, struct config *out)
{
    for (enum config_name i = CONFIG_DATA; i < CONFIG_NAMES; i++) {
        char option[OPTION_SIZE];
        const char *value;

        snprintf(option, sizeof option, "--%s", config_text(i));
        value = options_text(o, option);
        if (value == NULL || config_set(out, i, bytes_text(value)).code == E_OK)
            continue;
        fprintf(stderr, "tacetd: %s %s\n", option, value_why(i));
        return SETTINGS_USAGE;
    }
    return SETTINGS_FINE;
}

static int check(const struct config *c, const char *path)
{
    struct err e = config_check(c);

    if (e.code == E_OK)
        return SETTINGS_FINE;
    fprintf(stderr, "tacetd: %s%s%s\n", path == NULL ? "" : path, path == NULL ? "" : ": ",
            e.code == E_CONFLICT ? "tls-key and tls-certificate go together"
            : path == NULL       ? "where is the data directory? Say --data DIR or --config FILE"
                                 : "where is the data directory? Set data");
    return path == NULL ? SETTINGS_USAGE : SETTINGS_WRONG;
}

int settings_take(struct options *o, struct config *out, bool *from_file)
{
    const char *path = options_text(o, "--config");
    int status = SETTINGS_FINE;

    *out = (struct config){.value = {{0}}};
    *from_file = path != NULL;
    if (path != NULL)
        status = read_file(path, out);
    if (status == SETTINGS_FINE)
        status = read_options(o, out);
    if (status == SETTINGS_FINE && !options_end(o))
        status = SETTINGS_USAGE;
    if (status == SETTINGS_FINE)
        status = check(out, path);
    if (status == SETTINGS_FINE)
        config_default(out);
    return status;
}
