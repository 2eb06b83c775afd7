/* SPDX-License-Identifier: Apache-2.0 */
/* tacetd: the server's command line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/version.h"
#include "crypto/password.h"
#include "crypto/selftest.h"
#include "server/main/founding.h"
#include "server/main/restore.h"
#include "server/main/serving.h"
#include "server/main/settings.h"
#include "terminal/options.h"
#include "terminal/prompt.h"
#include "terminal/show.h"

#define EXIT_USAGE 2

static const char USAGE[] =
    "Usage: tacetd init --data DIR --root FILE --name NAME --domain DOMAIN\n"
    "                   [--passphrase-fd N] [--kdf-cost N]\n"
    "       tacetd run [--config FILE] [--data DIR] [--listen HOST:PORT]\n"
    "                  [--address HOST:PORT] [--monitor HOST:PORT] [--log-level LEVEL]\n"
    "                  [--files-account-gib N] [--files-all-gib N]\n"
    "                  [--tls-key FILE --tls-certificate FILE] [--new-tls-key]\n"
    "       tacetd restore FILE --data DIR\n"
    "       tacetd check-config --config FILE [the options of run]\n"
    "       tacetd --help | --version\n";

static const char DETAILS[] =
    "\n"
    "init   Found a network: make the data directory DIR, and write the network root key to\n"
    "       FILE, sealed under a passphrase.  FILE must not lie below DIR: take it off this\n"
    "       machine.\n"
    "run    Serve it.  Listens on 127.0.0.1:8443 unless told; --address is what invitations\n"
    "       name, when clients reach the server by another address.  The log goes to standard\n"
    "       error, as lines of JSON; LEVEL is error, warning or info, the default.\n"
    "       --monitor, an address of this machine alone, answers plain HTTP with /live,\n"
    "       /ready and /metrics.\n"
    "       --tls-key and --tls-certificate name PEM files instead of those in DIR.  Clients\n"
    "       go by the key: see tacetctl help tls before you change it.  SIGHUP takes the files\n"
    "       anew: a certificate for the key in force, or a key that was announced 30 days\n"
    "       before; anything else is refused, the log says why, and those before go on.\n"
    "       --new-tls-key starts with a key that no client accepts, when the one that they do\n"
    "       accept is lost: then everybody must be invited anew.\n"
    "\n"
    "restore\n"
    "       Make the data directory DIR out of FILE, which tacetctl backup wrote.  DIR must not\n"
    "       exist, or be empty.  FILE is read to its end first, and the database in it is\n"
    "       tried: what is damaged, cut off or something else is refused, and DIR stays as it\n"
    "       was.  See docs/operate/backup.md before clients come back.\n"
    "\n"
    "check-config\n"
    "       Say what would be in force, or what is wrong and in which line.\n"
    "\n"
    "A config file has lines `name = value`, the names those of the options without dashes;\n"
    "a line that begins with # is a comment.  Options stand above the file.\n"
    "\n"
    "Exit status: 0 all well, 1 it failed, 2 it was called wrongly.\n";

static int fail_with(const char *what, struct err e)
{
    fprintf(stderr, "tacetd: %s: %s (%s)\n", what, err_name(e.code),
            e.where == NULL ? "?" : e.where);
    return EXIT_FAILURE;
}

static int usage(const char *word)
{
    fprintf(stderr, "tacetd: %s\n%sTry: tacetd --help\n", word, USAGE);
    return EXIT_USAGE;
}

static uint64_t now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

static const char *found_why(enum err_code code)
{
    switch ((int)code) {
    case E_CONFLICT:
        return "the data directory is not empty, or the root key file exists";
    case E_DENIED:
        return "the root key file must not lie below the data directory";
    case E_MALFORMED:
        return "the name or the domain will not do: a domain is a DNS name in lower case";
    case E_ABSENT:
        return "the directory above the data directory, or that of the root key file, does not "
               "exist";
    case E_FULL:
        return "the disk is full; remove what was begun before you try again";
    case E_IO:
        return "the data directory or the root key file cannot be written: look at their rights "
               "and at the disk";
    default:
        return "init";
    }
}

static int found(struct options *o)
{
    unsigned cost = PASSWORD_COST_DEFAULT;
    int fd = options_descriptor(o, "--passphrase-fd");
    struct founding f = {.data = options_text(o, "--data"),
                         .root_file = options_text(o, "--root"),
                         .name = options_text(o, "--name"),
                         .domain = options_text(o, "--domain"),
                         .now_ms = now_ms()};
    struct buf passphrase = PROMPT_BUF;
    struct err e;

    (void)options_number(o, "--kdf-cost", PASSWORD_COST_LEAST, PASSWORD_COST_MOST, &cost);
    if (!options_end(o))
        return EXIT_USAGE;
    if (f.data == NULL || f.root_file == NULL || f.name == NULL || f.domain == NULL)
        return usage("init needs --data, --root, --name and --domain");
    if (!prompt_ask(fd, "Passphrase for the network root key", PROMPT_NEW, &passphrase))
        return EXIT_FAILURE;
    f.cost = (uint8_t)cost;
    f.passphrase = buf_view(&passphrase);
    e = founding_make(&f);
    buf_free(&passphrase);
    if (e.code != E_OK)
        return fail_with(found_why(e.code), e);
    printf("The network %s (%s) is founded.\n"
           "%s holds its root key, sealed under the passphrase: keep both, take the file off\n"
           "this machine, and bring it back every 90 days for `tacetctl root sign-directory`.\n",
           f.name, f.domain, f.root_file);
    return EXIT_SUCCESS;
}

static const char *database_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "there is no network in the data directory: see tacetd init";
    case E_CONFLICT:
        return "another tacetd runs on this data directory";
    case E_VERSION:
        return "a newer tacetd wrote the database: update this one";
    case E_MALFORMED:
        return "the database is damaged";
    case E_FULL:
        return "the disk is full";
    case E_IO:
        return "the database cannot be read or written: look at the rights of the data directory "
               "and at its disk";
    default:
        return "the database cannot be opened";
    }
}

/* What is wrong with the TLS key, its keyring says. */
static const char *keys_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "directory.key is missing from the data directory: bring it back from the backup";
    case E_IO:
        return "directory.key cannot be read: look at its rights";
    case E_FULL:
        return "the disk is full";
    default:
        return "directory.key is damaged, or not the key of this network: bring it back from the "
               "backup";
    }
}

static const char *listening_why(enum err_code code)
{
    switch ((int)code) {
    case E_CONFLICT:
        return "the address or the control socket is in use";
    case E_ABSENT:
        return "this machine does not have the address of --listen";
    case E_DENIED:
        return "this user may not listen there";
    case E_MALFORMED:
        return "--listen needs HOST:PORT, with an IPv6 address in brackets";
    case E_LIMIT:
        return "the path of the data directory is too long for a socket in it";
    default:
        return "listening failed";
    }
}

static const char *run_why(enum serving_stage stage, enum err_code code)
{
    switch (stage) {
    case SERVING_HOUSE:
        return code == E_DENIED   ? "others can write in the data directory: chmod 700"
               : code == E_ABSENT ? "there is no data directory: see tacetd init"
                                  : "the data directory cannot be read: look at its rights";
    case SERVING_DATABASE:
        return database_why(code);
    case SERVING_KEYS:
        return keys_why(code);
    case SERVING_LOOP:
        return "the event loop";
    case SERVING_LISTENING:
        return listening_why(code);
    case SERVING_MONITOR:
        return "the address of --monitor is in use, or cannot be listened at";
    case SERVING:
        break;
    }
    return "serving";
}

static int run(struct options *o)
{
    struct serving_options so = {.new_tls_key = options_flag(o, "--new-tls-key")};
    struct config c;
    enum serving_stage stage;
    const char *why;
    struct err e;
    int status = settings_take(o, &c, &so.from_file);

    if (status != SETTINGS_FINE)
        return status;
    so.data = config_get(&c, CONFIG_DATA);
    so.listen = config_get(&c, CONFIG_LISTEN);
    so.address = config_get(&c, CONFIG_ADDRESS);
    so.tls_key = config_get(&c, CONFIG_TLS_KEY);
    so.tls_certificate = config_get(&c, CONFIG_TLS_CERTIFICATE);
    so.monitor = config_get(&c, CONFIG_MONITOR);
    so.log_level = config_log_level(&c);
    so.files_room = (struct files_room){config_room(&c, CONFIG_FILES_ACCOUNT_GIB),
                                        config_room(&c, CONFIG_FILES_ALL_GIB)};
    e = serving_run(&so, &stage, &why);
    if (e.code == E_OK)
        return EXIT_SUCCESS;
    return fail_with(why != NULL ? why : run_why(stage, e.code), e);
}

static const char *backup_why(enum err_code code)
{
    switch ((int)code) {
    case E_ABSENT:
        return "there is no such backup";
    case E_MALFORMED:
        return "this file is no backup of a server";
    case E_TRUNCATED:
        return "the backup is cut off: take another one";
    case E_FORGED:
        return "the backup is damaged: take another one";
    case E_VERSION:
        return "a newer tacetd made the backup: update this one";
    default:
        return "the backup cannot be read: look at its rights and at its disk";
    }
}

static const char *restored_house_why(enum err_code code)
{
    switch ((int)code) {
    case E_CONFLICT:
        return "the data directory is not empty: move away what is there";
    case E_ABSENT:
        return "the directory above the data directory does not exist";
    default:
        return "the data directory cannot be made: look at the rights of the one above it";
    }
}

static const char *restored_why(enum err_code code)
{
    switch ((int)code) {
    case E_FULL:
        return "the disk is full: the data directory needs as much room as the backup";
    case E_FORGED:
        return "the backup was changed while it was read";
    default:
        return "the data directory cannot be written: look at its disk";
    }
}

static const char *restore_why(enum restore_stage stage, enum err_code code)
{
    switch (stage) {
    case RESTORE_READING:
        return backup_why(code);
    case RESTORE_HOUSE:
        return restored_house_why(code);
    case RESTORE_WRITING:
        return restored_why(code);
    case RESTORE_DATABASE:
        if (code == E_VERSION)
            return "a newer tacetd wrote the database in the backup: update this one";
        return code == E_FULL ? restored_why(code)
                              : "the database in the backup is damaged: take another one";
    case RESTORE_KEYS:
        break;
    }
    return "the keys in the backup are not those of the database in it: take another one";
}

static int restore(struct options *o)
{
    const char *data = options_text(o, "--data"), *file = options_next(o);
    struct backup_head head = {.length = 0};
    enum restore_stage stage;
    struct err e;

    if (!options_end(o))
        return EXIT_USAGE;
    if (data == NULL || file == NULL)
        return usage("restore needs a FILE and --data");
    signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error of a write */
    e = restore_make(file, data, &head, &stage);
    if (e.code != E_OK)
        return fail_with(restore_why(stage, e.code), e);
    printf("%s is the server as it was at ", data);
    show_time(stdout, head.made_ms);
    printf(".  What came after is not in it: before clients\n"
           "reach it, remove again who was removed and withdraw what was used since then.\n");
    if (head.size[BACKUP_TLS_KEY] == 0)
        printf("The TLS key is not in it: it lay outside of the data directory.\n");
    return EXIT_SUCCESS;
}

static int check_config(struct options *o)
{
    struct buf text = BUF(CONFIG_FILE_MAX);
    bool from_file;
    struct config c;
    int status = settings_take(o, &c, &from_file);

    if (status != SETTINGS_FINE)
        return status;
    if (!from_file)
        return usage("check-config needs --config");
    config_write(&c, &text);
    fwrite(text.at, 1, text.n, stdout);
    buf_free(&text);
    return EXIT_SUCCESS;
}

static int act(const char *word, struct options *o)
{
    struct err e = selftest_run();

    if (e.code != E_OK)
        return fail_with("the self-test of the cryptography failed; nothing was done", e);
    if (strcmp(word, "init") == 0)
        return found(o);
    if (strcmp(word, "run") == 0)
        return run(o);
    if (strcmp(word, "restore") == 0)
        return restore(o);
    if (strcmp(word, "check-config") == 0)
        return check_config(o);
    return usage("there is no such word");
}

int main(int argc, char **argv)
{
    struct options o = options(argc, argv);
    const char *word;

    umask(077);
#ifndef __SANITIZE_ADDRESS__ /* whose leak check needs ptrace */
    prctl(PR_SET_DUMPABLE, 0);
#endif
    if (options_flag(&o, "--version")) {
        printf("tacetd %s\n", version_text());
        return EXIT_SUCCESS;
    }
    if (options_flag(&o, "--help")) {
        fputs(USAGE, stdout);
        fputs(DETAILS, stdout);
        return EXIT_SUCCESS;
    }
    word = options_next(&o);
    return word == NULL ? usage("what shall be done?") : act(word, &o);
}
