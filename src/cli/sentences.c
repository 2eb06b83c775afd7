/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sentences.h"

#include <stdio.h>

#include "terminal/show.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

const struct sentence sentences_refusal[] = {
    {TACET_FORGED,
     "Whoever answered is not the server that this profile knows, or what it says does"
     " not check.  Nothing was sent.  Ask your administrator: if the server's key was"
     " changed while you were away, you need a new invitation."},
    {TACET_DENIED, "The server does not know this device.  Ask your administrator."},
    {TACET_STALE, "The server was put back from a copy and has forgotten this device.  Connect with"
                  " another device of yours; then try again."},
    {TACET_ABSENT, "The server does not know this account.  Ask your administrator."},
    {TACET_CLOCK, "The clocks of this machine and of the server differ by more than an hour.  Set"
                  " this one; if it is right, tell your administrator."},
    {TACET_VERSION, "This tacet and the server are too far apart in age.  Update the older one."},
    {TACET_REMOVED, "An administrator removed this account from the network."},
    {TACET_OK, NULL},
};

const struct sentence sentences_private[] = {
    {TACET_ABSENT, "You have no contact with this handle, or the network was not asked yet who that"
                   " is.  Yours: tacet contacts"},
    {TACET_DENIED, "That is you."},
    {TACET_MALFORMED, "The text is not UTF-8."},
    {TACET_LIMIT, "A draft has at most 16,384 bytes."},
    {TACET_OK, NULL},
};

const struct sentence sentences_sending[] = {
    {TACET_CONFLICT, "Their account key changed, so nothing is sent.  See: tacet help verify"},
    {TACET_REMOVED, "They were removed from the network."},
    {TACET_DENIED,
     "One cannot write to oneself without another device, nor where moderators alone write."},
    {TACET_ABSENT, "There is nobody with this handle in your network."},
    {TACET_LIMIT, "The text is longer than 65,536 bytes."},
    {TACET_EXPIRED, "It could not be delivered in time."},
    {TACET_OK, NULL},
};

/* What a call of this program's own found out: the server is not concerned. */
static const struct sentence MACHINE[] = {
    {TACET_FULL, "The disk of this machine is full.  Make room."},
    {TACET_IO, "The files of this profile cannot be read or written.  Look at their rights, and"
               " whether the disk is write-protected or failing; or the profile is damaged."},
    {TACET_OK, NULL},
};

const char *sentences_find(const struct sentence *table, enum tacet_code code)
{
    const char *text = words_explain(table, code);

    if (text == NULL)
        text = words_explain(MACHINE, code);
    return text == NULL ? tacet_explain(code) : text;
}

bool sentences_is_machine(enum tacet_code code)
{
    return code >= TACET_NOMEM;
}

const char *sentences_trouble(const struct tacet_message *m)
{
    if (m->state != TACET_STATE_QUEUED || !sentences_is_machine(m->code))
        return NULL;
    return m->code == TACET_FULL ? "their mailbox or the server's disk is full"
                                 : "the server is in trouble";
}

enum words_end sentences_say(const struct sentence *table, enum tacet_code code)
{
    return words_say(WORDS_FAILED, sentences_find(table, code));
}

/* ---- problems: what stands before the name and behind it; `before` NULL: nobody is named. */

static const struct {
    enum tacet_problem problem;
    const char *before, *behind;
} PROBLEMS[] = {
    {TACET_PROBLEM_PARKED, "A message from ",
     " cannot be opened yet.  It is kept sealed and tried again."},
    {TACET_PROBLEM_DAMAGED, "A message from ",
     " was damaged or forged and is not shown.  If this goes on, tell your administrator."},
    {TACET_PROBLEM_RECIPIENTS, "A message from ",
     " went to other devices than it should have.  It is held back.  Ask them, and tell your"
     " administrator."},
    {TACET_PROBLEM_KEY_CHANGED, "The server now names another account key for ",
     ": they joined anew, or somebody pretends to be them.  Nothing is sent to them until you have"
     " asked them and accepted it: tacet help verify"},
    {TACET_PROBLEM_NO_PREKEY, "",
     " was away for too long to be written to, or the server has no key of theirs that checks."
     "  Messages to them wait for their next key."},
    {TACET_PROBLEM_RESTORED, NULL,
     "This profile was put back from a copy, or is one: the server knows it further on.  It goes on"
     " with new keys, and what is missing is asked for again.  If you did not do this, somebody "
     "else"
     " may have your profile: tell your administrator."},
    {TACET_PROBLEM_OLD_SELF, NULL, "This tacet is too old for the server.  Update it."},
    {TACET_PROBLEM_OLD_SERVER, NULL,
     "The server is too old for this tacet.  Its operator must update it."},
    {TACET_PROBLEM_OVER, "Messages from ",
     " that did not arrive will not come any more: their time is over."},
    {TACET_PROBLEM_GIVEN_UP, "Too many messages from ",
     " did not arrive: the oldest are not asked for any more.  Ask them."},
    {TACET_PROBLEM_OLD_KEYS, "The server gave ",
     " a key of this device that was replaced days before.  If this goes on, tell your"
     " administrator."},
    {TACET_PROBLEM_DELAYED, NULL,
     "The server has not handed out all of the mail in three days.  Tell your administrator."},
    {TACET_PROBLEM_HISTORY, "",
     " sent what was said before, which nobody here had asked for.  It was not taken."},
    {TACET_PROBLEM_KEEPER, "By the network's policy each message goes to ",
     " too, who cannot be written to now.  Messages wait until that changes.  Tell your"
     " administrator."},
    {TACET_PROBLEM_ROOM, NULL,
     "The server shows you another state of a room than it did before, and has signed both.  It"
     " lies to somebody: tell the people in your rooms, in person."},
    {TACET_PROBLEM_AWAY, NULL,
     "This device was away for more than 30 days.  The server keeps mail for 30: what was sent"
     " before that is not here, unless another device of yours has it."},
    {TACET_PROBLEM_TWO_LISTS, "There are two different lists of devices of ",
     " under one number: the server was put back from a copy, and a device changed the list that it"
     " had then.  This device stays with the one that it knew first, and what others write by the"
     " other one is held.  Ask them which of their devices are right, and tell your "
     "administrator."},
};

/* Why a message is held: what stands before the name of whom it concerns, and behind it; `before`
 * NULL: it concerns nobody. */
static const struct {
    enum tacet_cause cause;
    const char *before, *behind;
} CAUSES[] = {
    {TACET_CAUSE_LIST, "The list of devices of ", " that it names is not the one known here."},
    {TACET_CAUSE_STATE, NULL, "What it says of its room is not what is known here."},
    {TACET_CAUSE_POLICY, NULL,
     "The policy of the network that it names is not the one known here."},
    {TACET_CAUSE_NOT_COMMITTED, NULL, "What it says of its room never was in force."},
    {TACET_CAUSE_ROOM, NULL, "It is of another conversation."},
    {TACET_CAUSE_NETWORKS, NULL, "It is of other networks."},
    {TACET_CAUSE_TOO_MANY, NULL, "It went to more devices than there may be."},
    {TACET_CAUSE_STRANGER, "It went to ", " too, who is not of the conversation."},
    {TACET_CAUSE_MISSING, "", " was left out."},
    {TACET_CAUSE_NOT_TO_ME, NULL, "This device was left out."},
    {TACET_CAUSE_SCOPE, NULL, "It was for devices that are not there."},
    {TACET_CAUSE_SENDER, NULL, "They may not write in this conversation."},
    {TACET_CAUSE_PROFILE, NULL, "It is sealed with something else than the network's policy says."},
    {TACET_CAUSE_WENT_BACK, NULL, "They had used a newer list of devices, or a newer policy."},
    {TACET_CAUSE_KEEPER_MISSING, "",
     " was left out, who gets a copy of each message by the network's policy."},
    {TACET_CAUSE_KEEPER_SKIPPED, "A device was left out of ",
     ", who gets a copy of each message by the network's policy."},
    {TACET_CAUSE_KEEPER_OUTSIDE, "A device was left out of ",
     ", who gets a copy of each message by the network's policy."},
};

static void say_cause(const struct tacet_event *e)
{
    for (size_t i = 0; i < ROWS(CAUSES); i++) {
        if (CAUSES[i].cause != e->cause)
            continue;
        if (CAUSES[i].before != NULL) {
            fputs(CAUSES[i].before, stderr);
            show_text(stderr, bytes_text(e->about[0] == '\0' ? "somebody" : e->about));
        }
        fputs(CAUSES[i].behind, stderr);
        if (e->device[0] != '\0')
            fprintf(stderr, "  The device is %s.", e->device);
        fputs("\n", stderr);
    }
}

static void say_statement(const struct tacet_event *e)
{
    enum tacet_code code = e->code;

    if (code == TACET_EXPIRED)
        fputs("The server's certificate has run out, so it cannot name new people.  Tell your"
              " administrator: tacetctl root sign-directory\n",
              stderr);
    else if (code == TACET_FULL)
        fputs("The server's disk is full.  Its operator must make room; then all goes on by "
              "itself.\n",
              stderr);
    else if (code == TACET_STALE && e->who[0] != '\0') {
        fputs("The server shows less of ", stderr);
        show_text(stderr, bytes_text(e->who));
        fputs(
            " than before: it was put back from a copy, or it lies.  What is known here stands, and"
            " messages wait until it shows that again.\n",
            stderr);
    } else if (sentences_is_machine(code))
        fputs("The server is in trouble.  Its operator must act; then all goes on by itself.\n",
              stderr);
    else
        fprintf(stderr, "The server said something that does not check; it was not believed.  %s\n",
                tacet_explain(code));
}

const char sentences_changed[] =
    "You had COMPARED the safety number with the account that they were.  Now the server names\n"
    "another one.  Either they lost every device without a recovery key, and an administrator "
    "reset\n"
    "their account; or somebody has put an account in the place of theirs, and would read what "
    "you\n"
    "write.  Nothing is sent.  Ask them in person or by phone, then: tacet help verify\n";

const char sentences_recovered[] =
    " lost every device and came back with a recovery key.  Whoever got hold of it could have.\n"
    "They are unverified: before you write anything secret, compare the safety number again.\n";

void sentences_problem(const struct tacet_event *e)
{
    if (e->problem == TACET_PROBLEM_STATEMENT) {
        say_statement(e);
        return;
    }
    for (size_t i = 0; i < ROWS(PROBLEMS); i++) {
        if (PROBLEMS[i].problem != e->problem)
            continue;
        if (PROBLEMS[i].before != NULL) {
            fputs(PROBLEMS[i].before, stderr);
            show_text(stderr, bytes_text(e->who[0] == '\0' ? "somebody" : e->who));
        }
        fprintf(stderr, "%s\n", PROBLEMS[i].behind);
    }
    if (e->problem == TACET_PROBLEM_RECIPIENTS)
        say_cause(e);
    if (e->problem == TACET_PROBLEM_KEY_CHANGED && e->verified)
        fputs(sentences_changed, stderr);
}

static void write_count(unsigned n, const char *what, struct buf *out)
{
    char text[64];

    snprintf(text, sizeof text, "%u device%s %s", n, n == 1 ? "" : "s", what);
    buf_text(out, text);
}

void sentences_write_devices(unsigned added, unsigned removed, unsigned given, bool recovered,
                             struct buf *out)
{
    if (added > 0)
        write_count(added, "added", out);
    if (added > 0 && removed > 0)
        buf_text(out, ", ");
    if (removed > 0)
        write_count(removed, "removed", out);
    if (added + removed > 0 && given > 0)
        buf_text(out, ", ");
    if (given > 0)
        write_count(given, "given what was said before", out);
    if (recovered)
        buf_text(out, ", by a recovery key: compare the safety number again");
}

void sentences_devices(const struct tacet_event *e)
{
    struct buf b = BUF(256);

    sentences_write_devices(e->added, e->removed, e->given, e->recovered, &b);
    show_text(stderr, bytes_text(e->who));
    fprintf(stderr, ": %.*s.  To see them: tacet devices ", (int)b.n, (const char *)b.at);
    show_text(stderr, bytes_text(e->who));
    fputs("\n", stderr);
    buf_free(&b);
}

void sentences_history(const struct tacet_event *e)
{
    if (e->history == TACET_HISTORY_OFFERED && !e->giving)
        fprintf(stderr,
                "Another device of yours offers what was said before, %llu messages.  To have it"
                " here: tacet devices take %s\n",
                (unsigned long long)e->of, e->device);
    if (e->history == TACET_HISTORY_ENDED)
        fprintf(stderr, "What was said before %s %s %s.\n",
                e->code == TACET_OK ? "has gone" : "does not go on", e->giving ? "to" : "from",
                e->device);
}

void sentences_removed(enum tacet_code code)
{
    fputs("Another device of yours removed this one.  ", stderr);
    fputs(code == TACET_OK ? "What this profile held is gone.\n"
                           : "What this profile held could not be deleted wholly: delete its"
                             " directory.\n",
          stderr);
}

/* ---- states and notes */

const char *sentences_state(enum tacet_state state)
{
    static const char *const names[] = {
        [TACET_STATE_QUEUED] = "queued",     [TACET_STATE_SEALED] = "sealed",
        [TACET_STATE_ACCEPTED] = "accepted", [TACET_STATE_DELIVERED] = "delivered",
        [TACET_STATE_READ] = "read",         [TACET_STATE_FAILED] = "failed",
        [TACET_STATE_EXPIRED] = "expired",
    };

    return (size_t)state < ROWS(names) && names[state] != NULL ? names[state] : "unknown";
}

bool sentences_is_sent(enum tacet_state state)
{
    return state == TACET_STATE_ACCEPTED || state == TACET_STATE_DELIVERED ||
           state == TACET_STATE_READ;
}

const char *sentences_kind(unsigned kind)
{
    static const char *const names[] = {
        [TACET_KIND_TEXT] = "text",         [TACET_KIND_REPLY] = "reply",
        [TACET_KIND_REACTION] = "reaction", [TACET_KIND_EDIT] = "edit",
        [TACET_KIND_RECALL] = "recall",     [TACET_KIND_FILE] = "file",
        [TACET_KIND_FORWARD] = "forward",   [TACET_KIND_POSITION] = "position",
        [TACET_KIND_MOVED] = "moved",       [TACET_KIND_CARD] = "card",
        [TACET_KIND_FILED] = "filed",
    };

    return kind < ROWS(names) ? names[kind] : NULL;
}

bool sentences_note(unsigned i, struct sentences_note *out)
{
    static const struct sentences_note notes[] = {
        {TACET_NOTE_LATE, "late", "sent by a list of devices or a policy that had been replaced"},
        {TACET_NOTE_GAP, "gap", "before this one did not arrive"},
        {TACET_NOTE_FORKED, "forked", "its sender contradicts what they sent before: ask them"},
        {TACET_NOTE_AHEAD, "ahead", "dated more than an hour ahead of this machine's clock"},
        {TACET_NOTE_UNREADABLE, "unreadable", "needs a newer tacet"},
        {TACET_NOTE_RESTART, "restart",
         "its sender was restored: some of what they sent may be lost"},
        {TACET_NOTE_NO_COPY, "no-copy", "who gets copies by the network's policy was left out"},
        {TACET_NOTE_COPY, "copy",
         "written to somebody else: a copy for you by the network's policy"},
        {TACET_NOTE_LEFT, "left", "its sender has revoked the device since that it came from"},
        {TACET_NOTE_ELSEWHERE, "elsewhere", "written on another device of yours"},
        {TACET_NOTE_DEVICES, "devices", "no message, but what happened"},
        {TACET_NOTE_HISTORY, "history", "given to this device by another one of yours"},
        {TACET_NOTE_UNPROVED, "unproved", "by its word alone: its writer's signature is lost"},
        {TACET_NOTE_ROOM, "room", "no message, but what happened"},
        {TACET_NOTE_RECALLED, "recalled", "taken back by its author"},
    };

    if (i >= ROWS(notes))
        return false;
    *out = notes[i];
    return true;
}
