/* SPDX-License-Identifier: Apache-2.0 */
/* trusted: what the stand-ins for cryptography do; see trusted.c. */
#ifndef TACET_TESTS_FUZZ_TRUSTED_H
#define TACET_TESTS_FUZZ_TRUSTED_H

#define TRUSTED_NOT \
    0xff /* first byte of a signature that is refused all the same; none begins so */

#endif
