/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: who comes back by a recovery key does so as nobody should. */
#include "client/coming.h"
#include "client/diary.h"
#include "sim/plants.h"

struct err __real_coming_load(struct vault *v, struct arena *a, struct coming_profile *out,
                              struct bytes *list);
struct err __real_coming_next(const struct device_list *newest, const struct device_entry *mine,
                              bool keeps, uint64_t now_ms, struct device_list *next);
struct err __real_diary_note(struct vault *v, struct random *random, uint64_t contact,
                             const struct diary_devices *what, uint64_t now_ms);
struct err __wrap_coming_load(struct vault *v, struct arena *a, struct coming_profile *out,
                              struct bytes *list);
struct err __wrap_coming_next(const struct device_list *newest, const struct device_entry *mine,
                              bool keeps, uint64_t now_ms, struct device_list *next);
struct err __wrap_diary_note(struct vault *v, struct random *random, uint64_t contact,
                             const struct diary_devices *what, uint64_t now_ms);

/* Neither the device's key nor what was signed for it outlives the program. */
struct err __wrap_coming_load(struct vault *v, struct arena *a, struct coming_profile *out,
                              struct bytes *list)
{
    struct point dsk;

    TRY(__real_coming_load(v, a, out, list));
    if (!plants_has("who_comes_back_keeps_no_key"))
        return OK;
    *list = (struct bytes){0};
    sign_private_free(out->dsk);
    out->dsk = NULL;
    return sign_generate(&out->dsk, dsk.b);
}

struct err __wrap_coming_next(const struct device_list *newest, const struct device_entry *mine,
                              bool keeps, uint64_t now_ms, struct device_list *next)
{
    return __real_coming_next(newest, mine, keeps || plants_has("lost_devices_stay_in_the_list"),
                              now_ms, next);
}

struct err __wrap_diary_note(struct vault *v, struct random *random, uint64_t contact,
                             const struct diary_devices *what, uint64_t now_ms)
{
    struct diary_devices told = *what;

    if (plants_has("nobody_is_told_who_came_back"))
        told.recovered = false;
    return __real_diary_note(v, random, contact, &told, now_ms);
}
