/* SPDX-License-Identifier: Apache-2.0 */
/* selftest: known answers for every primitive, asked before a program uses any. */
#ifndef TACET_CRYPTO_SELFTEST_H
#define TACET_CRYPTO_SELFTEST_H

#include "base/err.h"

/* E_CRYPTO: a primitive gave a wrong answer; the program must not go on. */
FALLIBLE selftest_run(void);

#endif
