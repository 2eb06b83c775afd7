/* SPDX-License-Identifier: Apache-2.0 */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#undef OK /* which is ours, and no number */

#include "terminal/screen.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROWS_USUAL    24
#define COLUMNS_USUAL 80

/* ---- opening */

bool screen_is_possible(int in, int out)
{
    const char *kind = getenv("TERM");

    return isatty(in) == 1 && isatty(out) == 1 && kind != NULL && kind[0] != '\0' &&
           strcmp(kind, "dumb") != 0;
}

/* What is written is UTF-8, whatever the environment says. */
static void speak_utf8(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static FILE *file_of(int fd, const char *mode)
{
    int copy = dup(fd);
    FILE *file = copy < 0 ? NULL : fdopen(copy, mode);

    if (file == NULL && copy >= 0)
        close(copy);
    return file;
}

static void close_files(struct screen *s)
{
    if (s->in_file != NULL)
        fclose(s->in_file);
    if (s->out_file != NULL)
        fclose(s->out_file);
    s->in_file = s->out_file = NULL;
}

/* As the person typed before, but byte by byte, and nothing is echoed. */
static void take_keyboard(const struct screen *s)
{
    struct termios raw = s->before;

    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    raw.c_cc[VSUSP] = raw.c_cc[VQUIT] = _POSIX_VDISABLE;
    (void)tcsetattr(s->in, TCSADRAIN, &raw);
}

struct err screen_open(struct screen *s, int in, int out)
{
    *s = (struct screen){.in = in, .out = out};
    if (!screen_is_possible(in, out) || tcgetattr(in, &s->before) != 0)
        return FAIL(E_IO);
    speak_utf8();
    s->in_file = file_of(in, "r");
    s->out_file = file_of(out, "w");
    if (s->in_file != NULL && s->out_file != NULL)
        s->curses = newterm(NULL, s->out_file, s->in_file);
    if (s->curses == NULL) {
        close_files(s);
        return FAIL(E_IO);
    }
    (void)set_term(s->curses);
    (void)nonl();
    (void)leaveok(stdscr, FALSE);
    take_keyboard(s);
    return OK;
}

/* Neither on the terminal nor in the library's windows, which it frees as they are. */
static void blank(void)
{
    (void)erase();
    (void)refresh();
}

/* What it wrote to the terminal stands in its memory until something longer takes that place:
 * blanks, with a change of their look before each.  They go nowhere, as a terminal that reads
 * nothing for now must not hold up who locks. */
static void overwrite_output(const struct screen *s)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0)
        (void)dup2(nowhere, fileno(s->out_file));
    for (int row = 0; row < LINES; row++)
        for (int column = 0; column < COLS; column++)
            (void)mvaddch(row, column, ' ' | ((row + column) % 2 == 0 ? A_BOLD : A_NORMAL));
    (void)refresh();
    if (nowhere < 0)
        return;
    (void)dup2(s->out, fileno(s->out_file));
    close(nowhere);
}

void screen_close(struct screen *s)
{
    if (s->curses == NULL)
        return;
    (void)set_term(s->curses);
    blank();
    overwrite_output(s);
    (void)endwin();
    delscreen(s->curses);
    (void)tcsetattr(s->in, TCSADRAIN, &s->before);
    close_files(s);
    *s = (struct screen){.in = s->in, .out = s->out};
}

/* ---- showing */

void screen_size(const struct screen *s, size_t *rows, size_t *columns)
{
    struct winsize size;

    *rows = ROWS_USUAL;
    *columns = COLUMNS_USUAL;
    if (ioctl(s->out, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    *rows = size.ws_row;
    *columns = size.ws_col;
}

static attr_t attributes(unsigned look)
{
    attr_t a = A_NORMAL;

    if ((look & PAGE_BOLD) != 0)
        a |= A_BOLD;
    if ((look & PAGE_REVERSE) != 0)
        a |= A_REVERSE;
    if ((look & PAGE_DIM) != 0)
        a |= A_DIM;
    return a;
}

static void show_cell(int row, int column, const struct page_cell *cell)
{
    wchar_t text[PAGE_POINTS + 1] = {0};
    cchar_t c;

    for (size_t i = 0; i < PAGE_POINTS; i++)
        text[i] = (wchar_t)cell->point[i];
    if (setcchar(&c, text, attributes(cell->look), 0, NULL) != ERR)
        (void)mvadd_wch(row, column, &c);
}

void screen_show(struct screen *s, const struct page *p, bool all)
{
    (void)set_term(s->curses);
    if (is_term_resized((int)p->rows, (int)p->columns)) {
        blank();
        (void)resizeterm((int)p->rows, (int)p->columns);
    }
    if (all)
        (void)clear();
    for (size_t row = 0; row < p->rows; row++)
        for (size_t column = 0; column < p->columns; column++)
            if (p->cell[row * p->columns + column].point[0] != 0)
                show_cell((int)row, (int)column, &p->cell[row * p->columns + column]);
    (void)curs_set(p->cursor ? 1 : 0);
    (void)move((int)p->cursor_row, (int)p->cursor_column);
    (void)refresh();
}
