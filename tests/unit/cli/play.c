/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"

struct play play;
char play_out[256 * 1024], play_err[64 * 1024];
const char *play_stdout, *play_passphrases;

enum { PASSPHRASE_FD = 9 };

static const char DIGITS[] = "000001111122222333334444455555666667777788888999990000011111";

struct tacet_client {
    int nothing;
};
static struct tacet_client client;

/* ---- the client */

bool tacet_profile_exists(const char *directory)
{
    assert_string_equal(directory, "/data/default");
    return !play.no_profile;
}

static void keep_profile(const struct tacet_profile *p)
{
    play.opened = true;
    play.openings++;
    play.cost = p->cost;
    snprintf(play.passphrase, sizeof play.passphrase, "%.*s", (int)p->passphrase_n,
             (const char *)p->passphrase);
}

enum tacet_code tacet_open(struct tacet_client **out, const struct tacet_profile *p)
{
    if (p->passphrase == NULL) {
        play.by_itself++;
        *out = play.key_store ? &client : NULL;
        return play.key_store ? TACET_OK : TACET_DENIED;
    }
    keep_profile(p);
    *p->tries = play.tries;
    if (play.open == TACET_OK)
        *out = &client;
    return play.open;
}

enum tacet_code tacet_tries_told(struct tacet_client *c)
{
    play.told++;
    return TACET_OK;
}

enum tacet_code tacet_use_key_store(struct tacet_client *c, const uint8_t *passphrase, size_t n)
{
    snprintf(play.kept, sizeof play.kept, "%.*s", passphrase == NULL ? 1 : (int)n,
             passphrase == NULL ? "-" : (const char *)passphrase);
    return play.change;
}

enum tacet_code tacet_lock(const char *directory, int timeout_ms)
{
    assert_string_equal(directory, "/data/default");
    return play.lock;
}

enum tacet_code tacet_get_locking(struct tacet_client *c, struct tacet_locking *out)
{
    *out = play.locking;
    return TACET_OK;
}

enum tacet_code tacet_set_locking(struct tacet_client *c, const struct tacet_locking *l)
{
    play.locking = *l;
    return play.lock;
}

enum tacet_code tacet_check_link(const char *link)
{
    play.asked = lseek(PASSPHRASE_FD, 0, SEEK_CUR) > 0;
    return play.link_is;
}

enum tacet_code tacet_join(struct tacet_client **out, const struct tacet_profile *p,
                           const char *link)
{
    keep_profile(p);
    snprintf(play.link, sizeof play.link, "%s", link);
    snprintf(play.called, sizeof play.called, "%s", p->name);
    if (play.join == TACET_OK)
        *out = &client;
    return play.join;
}

enum tacet_code tacet_change_passphrase(struct tacet_client *c, const struct tacet_passphrases *p)
{
    snprintf(play.changed, sizeof play.changed, "%.*s>%.*s", (int)p->old_n, (const char *)p->old,
             (int)p->fresh_n, (const char *)p->fresh);
    play.cost = p->cost;
    return play.change;
}

enum tacet_code tacet_add_device(struct tacet_client *c)
{
    return play.add;
}

enum tacet_code tacet_device_link(struct tacet_client *c, char out[TACET_LINK_SIZE])
{
    snprintf(out, TACET_LINK_SIZE, "tacet://device/x");
    return play.link_shown;
}

enum tacet_code tacet_confirm_device(struct tacet_client *c, const char *digits)
{
    snprintf(play.confirmed, sizeof play.confirmed, "%s", digits);
    return play.confirm_device;
}

enum tacet_code tacet_cancel_device(struct tacet_client *c)
{
    play.cancelled = true;
    return play.cancel;
}

enum tacet_code tacet_remove_device(struct tacet_client *c, const char *id)
{
    snprintf(play.removed, sizeof play.removed, "%s", id);
    return play.remove;
}

bool tacet_is_device_link(const char *link)
{
    return strncmp(link, "tacet://device/", 15) == 0;
}

void tacet_close(struct tacet_client *c)
{
    play.closed += c != NULL;
}

enum tacet_code tacet_run(struct tacet_client *c, int timeout_ms, struct tacet_event *out)
{
    if (play.taken < play.events) {
        *out = play.event[play.taken++];
        return TACET_OK;
    }
    play.timeout_ms = timeout_ms;
    if (play.watched < 0 || play.idle)
        return play.run == TACET_OK ? TACET_AGAIN : play.run;
    *out = (struct tacet_event){.kind = TACET_EVENT_INPUT};
    return TACET_OK;
}

void tacet_watch(struct tacet_client *c, int fd)
{
    play.watched = fd;
}

void tacet_interrupt(struct tacet_client *c)
{
}

/* The conversation has it, and if so scripted the server too. */
static void keep_sent(const char *to)
{
    struct tacet_message *m = play_message(to, "");

    m->mine = true;
    m->state = TACET_STATE_QUEUED;
    play.sends++;
    if (!play.accepting)
        return;
    play_state(TACET_STATE_ACCEPTED, TACET_OK)->message.place = m->place;
    snprintf(play.event[play.events - 1].message.with, TACET_HANDLE_SIZE, "%s", to);
}

enum tacet_code tacet_send(struct tacet_client *c, const char *to, const uint8_t *text, size_t n,
                           char id[TACET_ID_SIZE])
{
    return tacet_send_for(c, to, text, n, &(struct tacet_timers){0}, id);
}

enum tacet_code tacet_send_for(struct tacet_client *c, const char *to, const uint8_t *text,
                               size_t n, const struct tacet_timers *timers, char id[TACET_ID_SIZE])
{
    play.sent_for = *timers;
    snprintf(play.sent_to, sizeof play.sent_to, "%s", to);
    snprintf(play.sent, sizeof play.sent, "%.*s", (int)n, (const char *)text);
    play.sent_n = n;
    memcpy(id, PLAY_ID, TACET_ID_SIZE);
    if (play.send == TACET_OK)
        keep_sent(to);
    return play.send;
}

enum tacet_code tacet_look_up(struct tacet_client *c, const char *handle)
{
    play.looked_up = true;
    return TACET_OK;
}

enum tacet_code tacet_next_message(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out)
{
    for (size_t i = 0; i < play.messages; i++) {
        const struct tacet_message *m = &play.message[i];

        if (m->place <= place || (with != NULL && strcmp(m->with, with) != 0) ||
            (with == NULL && (m->mine || m->read)))
            continue;
        *out = *m;
        return TACET_OK;
    }
    return TACET_ABSENT;
}

enum tacet_code tacet_previous_message(struct tacet_client *c, const char *with, uint64_t place,
                                       struct tacet_message *out)
{
    for (size_t i = play.messages; i > 0; i--) {
        const struct tacet_message *m = &play.message[i - 1];

        if ((place != 0 && m->place >= place) || strcmp(m->with, with) != 0)
            continue;
        *out = *m;
        return TACET_OK;
    }
    return TACET_ABSENT;
}

enum tacet_code tacet_mark_read(struct tacet_client *c, const struct tacet_message *m)
{
    if (play.mark != TACET_OK)
        return play.mark;
    play.marked++;
    play.message[m->place - 1].read = true;
    return TACET_OK;
}

enum tacet_code tacet_next_contact(struct tacet_client *c, uint64_t number,
                                   struct tacet_contact *out)
{
    if (number >= play.contacts)
        return TACET_ABSENT;
    *out = play.contact[number];
    return TACET_OK;
}

enum tacet_code tacet_find_contact(struct tacet_client *c, const char *handle,
                                   struct tacet_contact *out)
{
    for (size_t i = 0; i < play.contacts; i++) {
        if (strcmp(play.contact[i].handle, handle) != 0)
            continue;
        *out = play.contact[i];
        out->known |= play.looked_up;
        return TACET_OK;
    }
    return TACET_ABSENT;
}

enum tacet_code tacet_name(struct tacet_client *c, const char *handle, const char *name)
{
    snprintf(play.named, sizeof play.named, "%s=%s", handle, name == NULL ? "" : name);
    return play.name;
}

enum tacet_code tacet_name_device(struct tacet_client *c, const char *id, const char *name)
{
    return tacet_name(c, id, name);
}

enum tacet_code tacet_set_draft(struct tacet_client *c, const char *with, const uint8_t *text,
                                size_t n)
{
    snprintf(play.draft, sizeof play.draft, "%.*s", (int)n, text == NULL ? "" : (const char *)text);
    return TACET_OK;
}

enum tacet_code tacet_draft(struct tacet_client *c, const char *with, const uint8_t **text,
                            size_t *n)
{
    *text = (const uint8_t *)play.draft;
    *n = strlen(play.draft);
    return *n == 0 ? TACET_ABSENT : TACET_OK;
}

enum tacet_code tacet_next_device(struct tacet_client *c, const char *handle, uint64_t number,
                                  struct tacet_device *out)
{
    if (number >= play.devices)
        return TACET_ABSENT;
    *out = play.device[number];
    return TACET_OK;
}

enum tacet_code tacet_give_history(struct tacet_client *c, const char *id)
{
    snprintf(play.named, sizeof play.named, "give %s", id);
    return play.history;
}

enum tacet_code tacet_take_history(struct tacet_client *c, const char *id)
{
    snprintf(play.named, sizeof play.named, "take %s", id);
    return play.history;
}

enum tacet_code tacet_safety_number(struct tacet_client *c, const char *handle,
                                    char digits[TACET_SAFETY_SIZE], char qr[128])
{
    memcpy(digits, DIGITS, sizeof DIGITS);
    snprintf(qr, 128, "tacet://verify/abc");
    return TACET_OK;
}

enum tacet_code tacet_confirm(struct tacet_client *c, const char *handle, const char *digits)
{
    return play.confirm;
}

enum tacet_code tacet_accept_key(struct tacet_client *c, const char *handle)
{
    play.accepted = true;
    return play.accept;
}

enum tacet_code tacet_warned(struct tacet_client *c, const char *handle)
{
    play.warned++;
    for (size_t i = 0; i < play.contacts; i++)
        play.contact[i].recovered = false;
    return TACET_OK;
}

/* ---- losing every device */

enum tacet_code tacet_make_recovery(struct tacet_client *c)
{
    return play.make;
}

enum tacet_code tacet_letters(struct tacet_client *c, char out[TACET_LETTERS_SIZE])
{
    memcpy(out, PLAY_LETTERS, sizeof PLAY_LETTERS);
    return play.letters;
}

enum tacet_code tacet_letters_shown(struct tacet_client *c)
{
    play.shown++;
    return TACET_OK;
}

enum tacet_code tacet_confirm_letters(struct tacet_client *c, const uint8_t *letters, size_t n)
{
    snprintf(play.typed, sizeof play.typed, "%.*s", (int)n, (const char *)letters);
    return play.confirm;
}

enum tacet_code tacet_recovery_link(struct tacet_client *c, char out[TACET_RECOVERY_LINK_SIZE])
{
    snprintf(out, TACET_RECOVERY_LINK_SIZE, "tacet://recover/abc");
    return TACET_OK;
}

enum tacet_code tacet_check_recovery_link(const char *link)
{
    return play.link_is;
}

enum tacet_code tacet_come_back(struct tacet_client **out, const struct tacet_profile *p,
                                const struct tacet_return *how)
{
    keep_profile(p);
    snprintf(play.link, sizeof play.link, "%s", how->link == NULL ? "none" : how->link);
    snprintf(play.typed, sizeof play.typed, "%.*s", (int)how->letters_n,
             (const char *)how->letters);
    play.keeps = how->keep;
    if (play.join == TACET_OK)
        *out = &client;
    return play.join;
}

enum tacet_code tacet_get_status(struct tacet_client *c, struct tacet_status *out)
{
    *out = play.status;
    return TACET_OK;
}

const char *tacet_explain(enum tacet_code code)
{
    static char text[32];

    snprintf(text, sizeof text, "code %d.", (int)code);
    return text;
}

/* ---- the script */

int play_begin(void **state)
{
    memset(&play, 0, sizeof play);
    play_stdout = NULL;
    play_passphrases = "secret\nsecret\n";
    play.status.joined = true;
    play.watched = -1;
    snprintf(play.status.handle, sizeof play.status.handle, "alice");
    snprintf(play.status.domain, sizeof play.status.domain, "x.example");
    snprintf(play.status.network, sizeof play.status.network, "Ministry of X");
    return 0;
}

struct tacet_event *play_event(enum tacet_event_kind kind, enum tacet_code code)
{
    struct tacet_event *e = &play.event[play.events++];

    *e = (struct tacet_event){.kind = kind, .code = code};
    return e;
}

struct tacet_event *play_adding(enum tacet_adding step, enum tacet_code code)
{
    struct tacet_event *e = play_event(TACET_EVENT_ADDING, code);

    e->adding = step;
    if (step != TACET_ADDING_OPEN)
        memcpy(e->device, PLAY_ID, sizeof PLAY_ID);
    if (step == TACET_ADDING_ASKED) {
        memcpy(e->digits, "0123 4567 8901", TACET_CODE_SIZE);
        memcpy(e->called, "laptop", sizeof "laptop");
        memcpy(e->from, "192.0.2.7", sizeof "192.0.2.7");
    }
    return e;
}

struct tacet_event *play_state(enum tacet_state state, enum tacet_code code)
{
    struct tacet_event *e = play_event(TACET_EVENT_STATE, TACET_OK);

    e->message.mine = true;
    e->message.state = state;
    e->message.code = code;
    memcpy(e->message.id, PLAY_ID, sizeof PLAY_ID);
    return e;
}

struct tacet_message *play_message(const char *with, const char *text)
{
    struct tacet_message *m = &play.message[play.messages++];

    *m = (struct tacet_message){.place = play.messages,
                                .sent_ms = UINT64_C(1795297080000),
                                .text = (const uint8_t *)text,
                                .text_n = strlen(text)};
    snprintf(m->with, sizeof m->with, "%s", with);
    memcpy(m->id, PLAY_ID, sizeof PLAY_ID);
    return m;
}

struct tacet_contact *play_contact(const char *handle)
{
    struct tacet_contact *c = &play.contact[play.contacts++];

    *c = (struct tacet_contact){.known = true, .seal = TACET_SEAL_HYBRID, .number = play.contacts};
    snprintf(c->handle, sizeof c->handle, "%s", handle);
    return c;
}

/* ---- the run */

/* `fd` is a file with this content from now on, until restored to what is returned. */
static int replace(int fd, const char *path, const char *content, size_t n)
{
    int before = dup(fd);
    FILE *f = path == NULL ? tmpfile() : fopen(path, "w");

    fwrite(content, 1, n, f);
    fflush(f);
    lseek(fileno(f), 0, SEEK_SET);
    dup2(fileno(f), fd);
    fclose(f);
    return before;
}

static void restore(int fd, int before, char *content, size_t room)
{
    ssize_t n = 0;

    if (content != NULL && lseek(fd, 0, SEEK_SET) == 0)
        n = read(fd, content, room - 1);
    if (content != NULL)
        content[n > 0 ? n : 0] = '\0';
    dup2(before, fd);
    close(before);
}

int play_run(const char *in, size_t in_n, const char *const *words, size_t n)
{
    char *argv[32] = {"tacet"};
    int argc = 1, code, in_before, out_before, err_before;

    for (size_t i = 0; i < n; i++)
        argv[argc++] = (char *)(uintptr_t)words[i];
    if (n > 0) {
        argv[argc++] = "--data=/data";
        argv[argc++] = "--passphrase-fd=9";
    }
    play.taken = 0;
    fflush(NULL);
    replace(PASSPHRASE_FD, NULL, play_passphrases, strlen(play_passphrases));
    in_before = replace(STDIN_FILENO, NULL, in, in_n);
    out_before = replace(STDOUT_FILENO, play_stdout, "", 0);
    err_before = replace(STDERR_FILENO, NULL, "", 0);
    code = cli_run(argc, argv);
    fflush(NULL);
    clearerr(stdout);
    restore(STDERR_FILENO, err_before, play_err, sizeof play_err);
    restore(STDOUT_FILENO, out_before, play_out, sizeof play_out);
    restore(STDIN_FILENO, in_before, NULL, 0);
    close(PASSPHRASE_FD);
    return code;
}

/* ---- rooms */

enum tacet_code tacet_next_room(struct tacet_client *c, uint64_t number, struct tacet_room *out)
{
    (void)c;
    (void)out;
    if (number >= play.rooms)
        return TACET_ABSENT;
    *out = play.room[number];
    return TACET_OK;
}

enum tacet_code tacet_find_room(struct tacet_client *c, const char *address, struct tacet_room *out)
{
    (void)c;
    for (size_t i = 0; i < play.rooms; i++) {
        if (strcmp(play.room[i].address, address) != 0)
            continue;
        *out = play.room[i];
        return TACET_OK;
    }
    return TACET_ABSENT;
}

enum tacet_code tacet_get_member(struct tacet_client *c, const char *address, unsigned n,
                                 struct tacet_member *out)
{
    (void)c;
    (void)address;
    if (n > 0)
        return TACET_ABSENT;
    *out = (struct tacet_member){.handle = "alice", .moderator = true, .since = 1};
    return TACET_OK;
}

enum tacet_code tacet_make_room(struct tacet_client *c, bool group, const char *name,
                                char address[TACET_HANDLE_SIZE])
{
    (void)c;
    (void)group;
    snprintf(address, TACET_HANDLE_SIZE, "+0123456789abcdef");
    snprintf(play.wished, sizeof play.wished, "create %s", name);
    return play.room_code;
}

enum tacet_code tacet_change_room(struct tacet_client *c, const char *address,
                                  enum tacet_room_wish wish, const char *text)
{
    (void)c;
    snprintf(play.wished, sizeof play.wished, "%s %d %s", address, (int)wish, text);
    return play.room_code;
}
