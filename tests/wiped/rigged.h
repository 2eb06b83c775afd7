/* SPDX-License-Identifier: Apache-2.0 */
/* rigged: decides what is drawn at random, so that a test knows the secrets that will be made. */
#ifndef TACET_TESTS_RIGGED_H
#define TACET_TESTS_RIGGED_H

#include "crypto/agree.h"

/* First of all in a program: the self-test, as those that are installed begin. */
int rigged_begin(void **state);

/* n bytes that were never given before, for a test to use as secrets. */
void rigged_bytes(uint8_t *at, size_t n);

/* The same of a private key, 66 bytes. */
void rigged_scalar(uint8_t scalar[AGREE_PRIVATE_SIZE]);

/* What the next random_fill() gives, whole; borrowed until then. */
void rigged_next(struct bytes drawn);

/* The private key that the next agree_generate() or sign_generate() makes; borrowed until then. */
void rigged_next_scalar(struct bytes scalar);

#endif
