/* Simulated worlds repeat themselves; what a run selects and what an outcome means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef skip /* a word of the scripts too */
#include <stdlib.h>
#include <string.h>
#include "core/run.h"

CASE(asks_with_a_random_id, .title = "REQ asks", .covers = "SP-REQ-017", .via = TCP | IPC)
{
    struct iut *req = iut_open(t, "req", "resend-ivl=100");
    struct peer *rep = attach(req, "rep");
    iut_send(req, value(t, "u32:%u", (unsigned)random_below(t, 1000000)));
    sp_expect(rep, "<id: %1....... .. .. ..> *");
    sp_expect(rep, "$id *");
}

CASE(takes_a_minute, .title = "REQ waits", .covers = "SP-REQ-017", .via = TCP, .slow = true)
{
    let_pass(t, 60000, "a minute");
}

static struct instance instance_of(const struct conf_case *c, enum via via)
{
    struct instance i = { .c = c, .via = via, .level = LEVEL_MUST };
    case_instance_name(c, via, i.name);
    return i;
}

static void same_trace(const struct trace *a, const struct trace *b, bool wanted)
{
    bool same = trace_count(a) == trace_count(b);
    for (size_t i = 0; same && i < trace_count(a); i++) {
        const struct trace_event *x = trace_get(a, i), *y = trace_get(b, i);
        same = x->kind == y->kind && x->at == y->at && x->conn == y->conn &&
               slice_equal(x->octets, y->octets) &&
               strcmp(x->note ? x->note : "", y->note ? y->note : "") == 0;
    }
    assert_true(same == wanted);
}

static void the_same_seed_is_the_same_story(void **state)
{
    (void)state;
    struct run_options o = { .target = TARGET_REFERENCE, .patience = 2000, .seed = 5 };
    struct run_options other = { .target = TARGET_REFERENCE, .patience = 2000, .seed = 6 };
    struct order order = { 0 };
    struct instance i = instance_of(&case_asks_with_a_random_id, TCP_LISTENS);
    struct simulated a = { 0 }, b = { 0 }, c = { 0 };
    assert_true(simulate(&a, &o, &i, &order));
    assert_true(simulate(&b, &o, &i, &order));
    assert_true(simulate(&c, &other, &i, &order));
    assert_int_equal(a.result.outcome, ENDED);
    assert_int_equal(b.result.outcome, ENDED);
    assert_true(a.result.ms == b.result.ms);
    same_trace(lane_trace(&a.lane), lane_trace(&b.lane), true);
    same_trace(lane_trace(&a.lane), lane_trace(&c.lane), false);
    simulated_free(&a);
    simulated_free(&b);
    simulated_free(&c);
}

static void slow_cases_run_in_simulated_time(void **state)
{
    (void)state;
    struct run_options o = { .target = TARGET_REFERENCE, .patience = 2000, .seed = 1 };
    struct instance *all;
    assert_int_equal(select_instances(&o, &all), 6);
    free(all);
    o.target = TARGET_COMMAND;
    assert_int_equal(select_instances(&o, &all), 4);
    free(all);
    o.slow = true;
    assert_int_equal(select_instances(&o, &all), 6);
    free(all);
}

static void filters_and_shards(void **state)
{
    (void)state;
    struct run_options o = { .target = TARGET_REFERENCE,
                             .filters = { "asks*", "takes_a_minute[tcp,iut-dials]" },
                             .filter_count = 2 };
    struct instance *all;
    assert_null(filter_that_matches_nothing(&o));
    assert_int_equal(select_instances(&o, &all), 5);
    free(all);
    o.filters[1] = "nothing*";
    assert_string_equal(filter_that_matches_nothing(&o), "nothing*");
    size_t sum = 0;
    o.filter_count = 0;
    o.shards = 4;
    for (o.shard = 1; o.shard <= 4; o.shard++) {
        sum += select_instances(&o, &all);
        free(all);
    }
    assert_int_equal(sum, 6);
}

static void outcomes_and_verdicts(void **state)
{
    (void)state;
    static const struct {
        enum outcome outcome;
        enum level level;
        bool unconfirmed;
        enum profile profile;
        enum verdict verdict;
    } rows[] = {
        { ENDED, LEVEL_MUST, false, PROFILE_INTEROP, V_PASS },
        { FAILED, LEVEL_MUST, false, PROFILE_DRAFT, V_FAIL },
        { FAILED, LEVEL_DEFACTO, false, PROFILE_INTEROP, V_FAIL },
        { FAILED, LEVEL_DEFACTO, true, PROFILE_INTEROP, V_INFO },
        { FAILED, LEVEL_DEFACTO, false, PROFILE_DRAFT, V_INFO },
        { FAILED, LEVEL_SHOULD, false, PROFILE_INTEROP, V_WARN },
        { FAILED, LEVEL_SHOULD, false, PROFILE_STRICT, V_FAIL },
        { FAILED, LEVEL_MAY, false, PROFILE_STRICT, V_INFO },
        { SKIPPED, LEVEL_MUST, false, PROFILE_STRICT, V_SKIP },
        { DIED, LEVEL_MAY, true, PROFILE_DRAFT, V_CRASH },
        { HUNG, LEVEL_MAY, true, PROFILE_DRAFT, V_HANG },
        { UNFAIR, LEVEL_MUST, false, PROFILE_INTEROP, V_ERROR },
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct instance i = { .level = rows[k].level, .unconfirmed = rows[k].unconfirmed };
        struct record r = { .outcome = rows[k].outcome, .variant = "" };
        assert_int_equal(verdict_of(&r, &i, rows[k].profile), rows[k].verdict);
    }
    struct instance i = { .level = LEVEL_MUST };
    struct record r = { .outcome = ENDED, .variant = "closes" };
    assert_int_equal(verdict_of(&r, &i, PROFILE_STRICT), V_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_is_the_same_story),
        cmocka_unit_test(slow_cases_run_in_simulated_time),
        cmocka_unit_test(filters_and_shards),
        cmocka_unit_test(outcomes_and_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
