/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote, as it is shown formatted [PROTOCOL 6.12]: spans lie in the text and in each
 * other or beside, in order. */
#include "client/markup.h"

#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

static void look_at(struct bytes text, const struct markup_span *s)
{
    invariant(s->kind >= MARKUP_HEADING && s->kind <= MARKUP_MENTION);
    invariant(s->from <= s->inner && s->inner <= s->inner_to && s->inner_to <= s->to);
    invariant(s->from < s->to && s->to <= text.n);
    invariant((s->level > 0) == (s->kind == MARKUP_HEADING) && s->level <= 3);
    if (s->kind != MARKUP_CODE_BLOCK)
        invariant(memchr(text.at + s->from, '\n', s->to - s->from) == NULL);
    if (s->kind == MARKUP_MENTION)
        invariant(text_is_handle(bytes(text.at + s->inner, s->inner_to - s->inner)));
    if (s->kind != MARKUP_LINK)
        return;
    invariant(s->from <= s->address && s->address < s->address_to && s->address_to <= s->to);
    for (size_t i = s->address; i < s->address_to; i++)
        invariant(text.at[i] > ' ' && text.at[i] < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static struct markup_span span[MARKUP_SPANS_MAX + 1];
    struct bytes text = bytes(at, n);
    size_t count = markup_parse(text, span, MARKUP_SPANS_MAX + 1);

    invariant(count <= MARKUP_SPANS_MAX);
    for (size_t i = 0; i < count; i++) {
        look_at(text, &span[i]);
        invariant(i == 0 || span[i - 1].from <= span[i].from);
        for (size_t j = i; j > 0 && i - j < 16; j--)
            invariant(span[j - 1].to <= span[i].from || span[j - 1].to >= span[i].to);
    }
    invariant(!markup_mentions(text, bytes_text("")));
    return 0;
}
