/* SPDX-License-Identifier: Apache-2.0 */
/* quick_codes: the codes of devices that are added are slow to work out on purpose [PROTOCOL 15.3].
 * Plays of many devices take the cheapest; unit/e2ee/link_ask has what they really cost. */
#include "crypto/password.h"

struct err __real_password_key(struct bytes passphrase, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE]);
struct err __wrap_password_key(struct bytes passphrase, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE]);

struct err __wrap_password_key(struct bytes passphrase, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE])
{
    return __real_password_key(passphrase, salt,
                               cost > PASSWORD_COST_LEAST ? PASSWORD_COST_LEAST : cost, key);
}
