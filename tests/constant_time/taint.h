/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taint: says to valgrind what is secret, and asks it what was seen of that.
 *
 * A secret is memory that valgrind holds for undefined.  Whatever is computed from it is undefined
 * too, and a branch or an address that depends on it is reported.  secret_reveal() of the code
 * under test ends that, and nothing else does.
 */
#ifndef TACET_TESTS_TAINT_H
#define TACET_TESTS_TAINT_H

#include "base/bytes.h"

/* From here on these bytes are secret.  What random_fill() gives and the private half of what
 * agree_generate() and sign_generate() make is secret at once. */
void taint(void *at, size_t n);

/* What a receiver, a server or a test may know. */
void taint_end(const void *at, size_t n);

/* Does any of it still depend on a secret?  A test that finds its result public has tested nothing.
 */
bool taint_holds(const void *at, size_t n);

/* Reports so far, those suppressed not counted. */
unsigned taint_reports(void);

/* Does valgrind watch? */
bool taint_watched(void);

/* Before and after each test of a program: it is watched, and nothing was reported. */
int taint_setup(void **state);
int taint_teardown(void **state);
#define TAINT_TEST(claim) cmocka_unit_test_setup_teardown(claim, taint_setup, taint_teardown)

#endif
