/* SPDX-License-Identifier: Apache-2.0 */
#include "property/answers.h"

#include <string.h>

#include "client/people.h"
#include "scenario/stage_internal.h"
#include "statement/directory.h"

/* ---- people  [PROTOCOL 4.2, 4.3, 4.4] */

/* Of whom does it speak?  SCHEDULE_PEOPLE: nobody here. */
static size_t subject_of(struct liar *l, const Tacet__Wire__Person *m)
{
    struct directory_statement s;
    size_t i = 0;

    assert_ok(directory_parse(frame_bytes(m->statement), &s));
    while (i < l->people && !bytes_same(s.handle, bytes_text(stage_handle(l->who[i]))))
        i++;
    return i < l->people && stage_is_running(l->who[i]) ? i : SCHEDULE_PEOPLE;
}

static bool knows(struct person *who, const char *handle)
{
    struct contact c;

    return people_by_handle(who->vault, bytes_text(handle), &c).code == E_OK && c.known;
}

static void insert_device(struct liar *l, struct person *who, const struct person *of,
                          Tacet__Wire__Person *m, struct arena *a)
{
    const struct own *own = engine_own(of->engine);
    ProtobufCBinaryData *lists = ARENA_ARRAY(a, m->n_lists + 1, ProtobufCBinaryData);
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct bytes list;

    assert_non_null(lists);
    /* Of the ways all but the last: so the seeds in README.md find what they did. */
    impostor_list(&l->impostor, (enum impostor_way)dice_below(l->dice, IMPOSTOR_ROOT_OWN), &own->me,
                  &own->list, stage_now(l->play), &b);
    assert_ok(arena_copy(a, buf_view(&b), &list));
    memcpy(lists, m->lists, m->n_lists * sizeof *lists);
    lists[m->n_lists++] = frame_data(list);
    m->lists = lists;
    buf_free(&b);
    l->lies[LIE_DEVICE]++;
    liar_must_be_told(l, who);
}

/* Whoever asks for the first time has nothing to compare with. */
static void give_away(struct liar *l, struct person *who, const struct person *of,
                      Tacet__Wire__Person *m, struct arena *a)
{
    struct buf b = BUF(DIRECTORY_STATEMENT_MAX);
    struct bytes statement;

    if (knows(who, of->handle)) {
        impostor_person(&l->impostor, stage_directory_key(l->play), of->handle, stage_now(l->play),
                        &b, m, a);
        assert_ok(arena_copy(a, buf_view(&b), &statement));
        m->statement = frame_data(statement);
        l->lies[LIE_ACCOUNT]++;
        liar_must_be_told(l, who);
    }
    buf_free(&b);
}

static void alter_prekeys(struct liar *l, Tacet__Wire__Person *m, size_t i)
{
    if (dice_once_in(l->dice, 3))
        m->n_prekeys = 0;
    else if (l->prekey[i].n > 0)
        m->prekeys[0] = frame_data(buf_view(&l->prekey[i]));
    l->lies[LIE_PREKEY]++;
}

static void alter_person(struct liar *l, struct person *who, Tacet__Wire__Person *m,
                         struct arena *a)
{
    size_t of = subject_of(l, m), other = dice_below(l->dice, SCHEDULE_PEOPLE);

    switch (dice_below(l->dice, 8)) {
    case 0:
    case 1:
        if (of < SCHEDULE_PEOPLE)
            insert_device(l, who, l->who[of], m, a);
        break;
    case 2:
        if (of < SCHEDULE_PEOPLE)
            give_away(l, who, l->who[of], m, a);
        break;
    case 3:
        if (m->n_lists > 0) {
            m->lists[0].data[dice_below(l->dice, m->lists[0].len)] ^= 4;
            l->lies[LIE_DAMAGE]++;
        }
        break;
    default:
        alter_prekeys(l, m, other);
        break;
    }
}

static void keep(struct liar *l, struct buf *b, struct bytes what)
{
    if (b->n > 0 && !dice_once_in(l->dice, 8))
        return;
    buf_cut(b, 0);
    buf_bytes(b, what);
}

static bool person(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    Tacet__Wire__PersonAnswer *m;
    struct bytes body = f->body;
    size_t of;

    assert_ok(frame_unpack(f->body, &tacet__wire__person_answer__descriptor, a, &m));
    if (m->person == NULL || m->person->n_prekeys == 0)
        return false;
    of = subject_of(l, m->person);
    if (dice_once_in(l->dice, l->one_in)) {
        if (of < SCHEDULE_PEOPLE && l->answer[of].n > 0 && dice_once_in(l->dice, 6)) {
            /* A copy: what is kept of this person may be another answer in a moment. */
            assert_ok(arena_copy(a, buf_view(&l->answer[of]), &f->body));
            l->lies[LIE_BACK]++;
        } else {
            alter_person(l, who, m->person, a);
            assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
        }
    }
    if (of < SCHEDULE_PEOPLE) {
        keep(l, &l->answer[of], body);
        assert_ok(frame_unpack(body, &tacet__wire__person_answer__descriptor, a, &m));
        keep(l, &l->prekey[of], frame_bytes(m->person->prekeys[0]));
    }
    return true;
}

/* ---- policies  [PROTOCOL 4.8] */

static struct bytes made_up_policy(struct liar *l, struct person *who, struct arena *a)
{
    struct buf b = BUF(POLICY_MAX_SIZE);
    struct bytes out;

    impostor_policy(&l->impostor, l->dice, edicts_newest(l->edicts), stage_now(l->play), &b);
    assert_ok(arena_copy(a, buf_view(&b), &out));
    buf_free(&b);
    l->lies[LIE_BOT]++;
    liar_must_be_told(l, who);
    return out;
}

static bool policy(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    Tacet__Wire__PolicyAnswer *m;

    if (!dice_once_in(l->dice, l->one_in))
        return false;
    assert_ok(frame_unpack(f->body, &tacet__wire__policy_answer__descriptor, a, &m));
    switch (dice_below(l->dice, 3)) {
    case 0:
        m->statement = frame_data(made_up_policy(l, who, a));
        break;
    case 1:
        if (m->statement.len == 0)
            return false;
        m->statement.len = 0;
        l->lies[LIE_HIDE]++;
        break;
    default:
        if (l->edicts->n < 2)
            return false;
        m->statement = frame_data(buf_view(&l->edicts->statement[0]));
        l->lies[LIE_BACK]++;
        break;
    }
    assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
    return true;
}

/* A refusal brings a policy that the root did not sign. */
static bool stale(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    ProtobufCBinaryData *all;
    Tacet__Wire__Stale *m;

    if (!dice_once_in(l->dice, l->one_in))
        return false;
    assert_ok(frame_unpack(f->body, &tacet__wire__stale__descriptor, a, &m));
    all = ARENA_ARRAY(a, m->n_policies + 1, ProtobufCBinaryData);
    assert_non_null(all);
    if (m->n_policies > 0)
        memcpy(all, m->policies, m->n_policies * sizeof *all);
    all[m->n_policies++] = frame_data(made_up_policy(l, who, a));
    m->policies = all;
    assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
    return true;
}

/* ---- rosters  [PROTOCOL 4.6] */

static bool roster(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    Tacet__Wire__RosterAnswer *m;
    struct buf b = BUF(LIMIT_FRAME);

    if (!dice_once_in(l->dice, l->one_in))
        return false;
    if (dice_once_in(l->dice, 2)) {
        f->code = (uint32_t)E_ABSENT;
        f->body = (struct bytes){NULL, 0};
        l->lies[LIE_HIDE]++;
        return true;
    }
    assert_ok(frame_unpack(f->body, &tacet__wire__roster_answer__descriptor, a, &m));
    impostor_roster(&l->impostor, frame_bytes(m->roster), &b);
    m->roster = frame_data(buf_view(&b));
    assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
    buf_free(&b);
    l->lies[LIE_MEMBER]++;
    liar_must_be_told(l, who);
    return true;
}

bool answers_alter(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    if (f->op == OP_SEND && f->code == E_STALE)
        return stale(l, who, f, a);
    if (f->code != 0)
        return false;
    switch (f->op) {
    case OP_PERSON:
        return person(l, who, f, a);
    case OP_POLICY:
        return policy(l, who, f, a);
    case OP_ROSTER:
        return roster(l, who, f, a);
    default:
        return false;
    }
}
