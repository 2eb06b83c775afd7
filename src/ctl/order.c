/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/order.h"

#include <stdio.h>

#include "net/local.h"
#include "wire/limits.h"

#define SOCKET_NAME "/control.sock"

static const struct sentence ANYWHERE[] = {
    {E_MALFORMED, "The server did not understand this: are tacetd and tacetctl of one version?"},
    {E_VERSION, "tacetd and tacetctl are too far apart in age.  Update the older one."},
    {E_DENIED, "The server does not allow this through its control socket."},
    {E_AGAIN, "The server is too busy.  Try again."},
    {E_CLOSED, "The server is shutting down.  Try again when it runs."},
    {E_NOMEM, "The server is out of memory."},
    {E_IO, "The server cannot read or write its disk: see its log."},
    {E_FULL, "The server's disk is full."},
    {E_CRYPTO, "The server's cryptographic library failed: see its log."},
    {E_OK, NULL},
};

const char *order_explain(const struct sentence *rows, enum err_code code)
{
    const char *text = words_explain(rows, code);

    if (text == NULL)
        text = words_explain(ANYWHERE, code);
    return text == NULL ? "The server refused this." : text;
}

/* ---- the socket */

/* Nobody there is no fault of the order: it can be given again later. */
static enum words_end say_unreached(const char *path, enum err_code code)
{
    if (code == E_ABSENT)
        fprintf(stderr, "There is no server at %s: is tacetd running?\n", path);
    else if (code == E_DENIED)
        fprintf(stderr, "You may not use %s: run this as the user of tacetd, or as root.\n", path);
    else if (code == E_LIMIT)
        fprintf(stderr, "%s cannot be reached: a socket's path has at most 107 bytes.\n", path);
    else if (code == E_AGAIN)
        fprintf(stderr, "The server at %s does not answer: see its log.\n", path);
    else if (code == E_CLOSED)
        fprintf(stderr, "The server at %s hung up: is this its administrator, and does it run?\n",
                path);
    else
        fprintf(stderr, "The server at %s cannot be reached (%s).\n", path, err_name(code));
    return code == E_ABSENT || code == E_AGAIN || code == E_CLOSED ? WORDS_LATER : WORDS_FAILED;
}

static struct err write_request(const struct order *order, struct buf *out)
{
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f = {.op = order->op, .id = 1};
    struct err err = OK;
    struct bytes all;

    frame_pack(order->request, &body);
    TRY_OUT(buf_end(&body, &f.body));
    frame_write(&f, out);
    TRY_OUT(buf_end(out, &all));
out:
    buf_free(&body);
    return err;
}

/* E_MALFORMED: no answer to this order.  Else the answer's code is in *refused. */
static struct err read_reply(const struct order *order, struct bytes reply, struct arena *a,
                             void *answer, enum err_code *refused)
{
    struct frame f;

    TRY(frame_parse(reply, a, &f));
    if (f.op != (uint32_t)order->op || f.id != 1)
        return FAIL(E_MALFORMED);
    *refused = f.code == 0 ? E_OK : err_from_number(f.code);
    if (f.code != 0 || order->form == NULL)
        return OK;
    return frame_unpack(f.body, order->form, a, answer);
}

enum words_end order_ask(const struct order_line *line, const struct order *order, struct arena *a,
                         void *answer, enum err_code *refused)
{
    struct buf request = BUF(LIMIT_FRAME), reply = BUF(NET_LOCAL_MAX);
    enum words_end end = WORDS_FINE;
    struct err err = write_request(order, &request);

    *refused = E_OK;
    if (err.code == E_OK)
        err = local_ask(line->fd, buf_view(&request), &reply);
    if (err.code != E_OK) {
        end = say_unreached(line->path, err.code);
        goto out;
    }
    err = read_reply(order, buf_view(&reply), a, answer, refused);
    if (err.code != E_OK)
        end = words_say(WORDS_FAILED, order_explain(ANYWHERE, err.code));
out:
    buf_free(&request);
    buf_free(&reply);
    return end;
}

enum words_end order_begin(const struct ctl_setting *s, struct order_line *line)
{
    struct err err;
    int n;

    line->fd = -1;
    if (s->data == NULL)
        return words_say(WORDS_USAGE, "--data DIR is missing: the data directory of the server.");
    n = snprintf(line->path, sizeof line->path, "%s%s", s->data, SOCKET_NAME);
    if (n < 0 || (size_t)n >= sizeof line->path)
        return words_say(WORDS_FAILED, "The path of --data is too long.");
    err = local_dial(line->path, &line->fd);
    return err.code == E_OK ? WORDS_FINE : say_unreached(line->path, err.code);
}

void order_end(const struct order_line *line)
{
    local_hang_up(line->fd);
}

enum words_end order_give(const struct ctl_setting *s, const struct order *order, struct arena *a,
                          void *answer)
{
    struct order_line line;
    enum err_code refused;
    enum words_end end = order_begin(s, &line);

    if (end != WORDS_FINE)
        return end;
    end = order_ask(&line, order, a, answer, &refused);
    order_end(&line);
    if (end == WORDS_FINE && refused != E_OK)
        end = words_say(WORDS_FAILED, order_explain(order->refusals, refused));
    return end;
}
