/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define QUIET_MOST  4 /* modules of white around it, as the standard wants */
#define QUIET_LEAST 2 /* enough for the cameras of today */
#define PICTURE_MAX (128 * 1024)

static const char BLACK_ON_WHITE[] = "\033[38;5;16;48;5;231m";
static const char AS_BEFORE[] = "\033[0m";

/* Dark?  All around the code it is not. */
static bool is_dark(const QRcode *code, size_t quiet, size_t x, size_t y)
{
    size_t width = (size_t)code->width;

    if (x < quiet || y < quiet || x >= quiet + width || y >= quiet + width)
        return false;
    return code->data[(y - quiet) * width + (x - quiet)] & 1;
}

static void draw(const QRcode *code, size_t quiet, bool colours, struct buf *out)
{
    static const char *const blocks[] = {" ", "\u2580", "\u2584", "\u2588"};
    size_t side = (size_t)code->width + 2 * quiet;

    for (size_t y = 0; y < side; y += 2) {
        buf_text(out, colours ? BLACK_ON_WHITE : "");
        for (size_t x = 0; x < side; x++)
            buf_text(out, blocks[is_dark(code, quiet, x, y) + 2 * is_dark(code, quiet, x, y + 1)]);
        buf_text(out, colours ? AS_BEFORE : "");
        buf_text(out, "\n");
    }
}

struct err qr_draw(const char *text, size_t columns, bool colours, struct buf *out)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    size_t quiet = QUIET_MOST, before = out->n;
    struct err err = OK;
    struct bytes view;

    if (code == NULL)
        return FAIL(errno == ENOMEM ? E_NOMEM : E_MALFORMED);
    while (columns > 0 && quiet > QUIET_LEAST && (size_t)code->width + 2 * quiet > columns)
        quiet--;
    if (columns > 0 && (size_t)code->width + 2 * quiet > columns)
        TRY_OUT(FAIL(E_LIMIT));
    draw(code, quiet, colours, out);
    TRY_OUT(buf_end(out, &view));
out:
    QRcode_free(code);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

/* 0: no terminal, or one that does not say. */
static size_t width_of_stdout(void)
{
    struct winsize size = {0};

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void qr_show(const char *text)
{
    struct buf picture = BUF(PICTURE_MAX);
    struct err err = qr_draw(text, width_of_stdout(), isatty(STDOUT_FILENO) == 1, &picture);

    if (err.code == E_OK)
        fwrite(picture.at, 1, picture.n, stdout);
    else if (err.code == E_LIMIT)
        fputs("The terminal is too narrow for the QR code: make it wider and try again.\n", stderr);
    else
        fputs("The QR code could not be drawn.\n", stderr);
    buf_free(&picture); /* an invitation is a secret until it is used */
}
