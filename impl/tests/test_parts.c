/* The parts the patterns are made of: topics, stacks, kept messages, turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/rng.h"
#include "guard.h"
#include "sp/stack.h"
#include "sp/topics.h"

/* Against the definition: some topic begins the text. */
static bool begins(const struct topics *t, struct slice text)
{
    for (size_t i = 0; i < t->n; i++)
        if (slice_starts_with(text, t->v[i]))
            return true;
    return false;
}

static void topics_agree_with_their_definition(void **state)
{
    (void)state;
    struct topics t = { 0 };
    struct rng rng;
    struct guard g = guard_new();
    uint8_t octets[12];
    unsigned matches = 0;
    rng_seed(&rng, 3);
    for (int round = 0; round < 20000; round++) {
        size_t n = rng_below(&rng, sizeof octets);
        for (size_t i = 0; i < n; i++)
            octets[i] = (uint8_t)(rng_below(&rng, 3) * 0x7f + 1); /* 01 80 ff */
        struct slice text = guard_put(&g, octets, n);
        switch (rng_below(&rng, 8)) {
        case 0:
            if (n > 2 && t.n < 100)
                assert_int_equal(topics_add(&t, text), E_OK);
            break;
        case 1: {
            size_t before = t.n;
            enum err e = topics_remove(&t, text);
            assert_int_equal(before - t.n, e == E_OK ? 1 : 0);
            break;
        }
        default:
            matches += begins(&t, text);
            assert_int_equal(topics_match(&t, text), begins(&t, text));
        }
    }
    assert_true(matches > 1000);
    guard_free(&g);
    topics_free(&t);
}

static void a_thousand_long_topics(void **state)
{
    (void)state;
    struct topics t = { 0 };
    uint8_t topic[1024];
    memset(topic, 'x', sizeof topic);
    for (uint16_t i = 0; i < 1000; i++) {
        set_be16(topic + 1022, i);
        assert_int_equal(topics_add(&t, slice_of(topic, sizeof topic)), E_OK);
    }
    assert_int_equal(t.n, 1000);
    for (uint16_t i = 0; i < 1200; i++) {
        set_be16(topic + 1022, i);
        assert_int_equal(topics_match(&t, slice_of(topic, sizeof topic)), i < 1000);
        assert_false(topics_match(&t, slice_of(topic, 1023)));
    }
    assert_int_equal(topics_add(&t, slice_of(NULL, 0)), E_OK);
    assert_true(topics_match(&t, slice_of(NULL, 0)));
    assert_int_equal(topics_remove(&t, slice_of(NULL, 0)), E_OK);
    assert_int_equal(topics_remove(&t, slice_of(NULL, 0)), E_INVAL);
    topics_free(&t);
}

static void stacks(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t n, ttl, size; /* 0: refused */
    } rows[] = {
        { "", 0, 8, 0 },
        { "\x80\0\0", 3, 8, 0 },
        { "\x80\0\0\1", 4, 8, 4 },
        { "\x80\0\0\1xyz", 7, 8, 4 },
        { "\x80\0\0\1xyz", 7, 1, 4 },
        { "\0\0\0\1\x80\0\0\1", 8, 2, 8 },
        { "\0\0\0\1\x80\0\0\1", 8, 1, 0 },
        { "\0\0\0\1\x80\0\0", 7, 8, 0 },
        { "\0\0\0\1", 4, 8, 0 },
        { "\x7f\xff\xff\xff\xff\xff\xff\xff\x80\0\0\0", 12, 8, 8 },
    };
    struct guard g = guard_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = 0;
        struct slice in = guard_put(&g, rows[i].octets, rows[i].n);
        const char *why = stack_find(in, rows[i].ttl, &size);
        assert_int_equal(why == NULL, rows[i].size != 0);
        assert_int_equal(size, rows[i].size);
    }
    assert_null(stack_answers(guard_put(&g, "\x80\0\0\1", 4), 0x80000001));
    assert_non_null(stack_answers(guard_put(&g, "\x80\0\0\1", 4), 0x80000002));
    assert_non_null(stack_answers(guard_put(&g, "\0\0\0\1", 4), 0x80000001));
    assert_non_null(stack_answers(guard_put(&g, "\x80\0\0", 3), 0x80000001));
    assert_non_null(stack_answers(guard_put(&g, "", 0), 0x80000001));
    guard_free(&g);
}

static void kept_messages(void **state)
{
    (void)state;
    struct kept_msg k = { 0 };
    struct chunk *own = chunk_new(MSG_LARGE);
    memset(own->p, 'o', own->n = MSG_LARGE);
    const struct slice large = slice_of(own->p, own->n);
    const struct msg messages[] = {
        { .head = slice_text("head"), .body = slice_text("body"), .pipe = 5 },
        { .body = { 0 } },
        { .head = slice_text("h"), .body = large, .own = own },
        { .head = slice_text("h"), .body = large },
        { .body = slice_of(own->p + 1, MSG_LARGE - 1), .own = own },
    };
    assert_false(k.full);
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
            const struct msg *m = &messages[i];
            assert_int_equal(kept_msg_set(&k, m), E_OK);
            struct msg v = kept_msg_view(&k);
            assert_true(k.full);
            assert_true(slice_equal(v.head, m->head));
            assert_true(slice_equal(v.body, m->body));
            assert_int_equal(v.pipe, m->pipe);
            assert_int_equal(v.own != NULL, m->body.n >= MSG_LARGE);
            assert_int_equal(own->refs, v.own == own ? 2 : 1);
        }
    kept_msg_free(&k);
    assert_int_equal(own->refs, 1);
    chunk_unref(own);
}

static void turns(void **state)
{
    (void)state;
    struct pattern *p = pattern_new(&push_ops, 1);
    struct machine *m = (struct machine *)p;
    /* ids in any order, 31 bits wide; a writable word for an unknown pipe changes nothing */
    static const pipe_id ids[] = { 0x7fffffff, 3, 9, 1 };
    assert_int_equal(machine_turn(m), 0);
    for (int i = 0; i < 4; i++) {
        assert_true(machine_pipe_add(p, ids[i], 0));
        machine_pipe_writable(p, ids[i], true, 0);
    }
    machine_pipe_writable(p, 77, true, 0);
    machine_pipe_del(p, 77, 0);
    assert_int_equal(m->writable, 4);
    static const pipe_id order[] = { 1, 3, 9, 0x7fffffff, 1 };
    for (int i = 0; i < 5; i++)
        assert_int_equal(machine_turn(m), order[i]);
    machine_pipe_writable(p, 3, false, 0);
    machine_pipe_writable(p, 3, false, 0);
    assert_false(machine_writable(m, 3));
    assert_int_equal(machine_turn(m), 9);
    machine_pipe_del(p, 0x7fffffff, 0);
    assert_int_equal(machine_turn(m), 1);
    assert_int_equal(machine_turn(m), 9);
    machine_pipe_del(p, 9, 0);
    machine_pipe_del(p, 1, 0);
    assert_int_equal(machine_turn(m), 0);
    assert_int_equal(m->writable, 0);
    pattern_free(p);
    pattern_free(NULL);
}

static void every_pattern_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sp_protocol_count; i++)
        for (int raw = 0; raw < 2; raw++) {
            const struct pattern_ops *ops = pattern_find(sp_protocols[i].self, raw != 0);
            assert_non_null(ops);
            assert_int_equal(ops->self, sp_protocols[i].self);
            assert_int_equal(ops->raw, raw != 0);
        }
    assert_null(pattern_find(0x60, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_agree_with_their_definition),
        cmocka_unit_test(a_thousand_long_topics),
        cmocka_unit_test(stacks),
        cmocka_unit_test(kept_messages),
        cmocka_unit_test(turns),
        cmocka_unit_test(every_pattern_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
