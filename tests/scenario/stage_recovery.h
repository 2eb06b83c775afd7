/* SPDX-License-Identifier: Apache-2.0 */
/* stage_recovery: recovery keys on the stage in memory.  [PROTOCOL 15.6] */
#ifndef TACET_TESTS_SCENARIO_STAGE_RECOVERY_H
#define TACET_TESTS_SCENARIO_STAGE_RECOVERY_H

#include "scenario/stage_memory.h"

/* `who` is asked to make one; the code of the answer.  Then it is shown the letters, if there are
 * any: E_AGAIN, there are none yet; or the code for which there will be none. */
enum err_code stage_ask_for_letters(struct person *who);
enum err_code stage_see_letters(struct person *who, char out[RECOVERY_LETTERS_SIZE]);
/* Both, and it goes well. */
void stage_make_letters(struct person *who, char out[RECOVERY_LETTERS_SIZE]);

enum recovering_state stage_recovery_state(struct person *who);
enum err_code stage_confirm_letters(struct person *who, const char *letters);

/* The program of `who` has ended, and nobody knows the passphrase of its vault: others do not open
 * it, however often they are tried. */
void stage_forget_passphrase(struct person *who);

/* A new machine with nothing but the paper; its program has not been given the letters yet. */
struct person *stage_paper(struct play *p, const char *handle, const char *name, bool keeps);
/* They are typed in; is it in, now?  The link's code says why not. */
bool stage_type_letters(struct person *who, const char *letters);
/* Both, and the person is back. */
struct person *stage_come_back(struct play *p, const char *handle, const char *name,
                               const char *letters);

#endif
