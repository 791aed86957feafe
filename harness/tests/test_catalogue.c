#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "core/coverage.h" /* before cmocka, whose skip() is a macro */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/commands.h"
#include "core/expectations.h"

static void cases_are_in_the_order_of_their_file(void **state)
{
    (void)state;
    static const char *const order[] = { "toy_asks_again", "toy_may_close", "toy_of_its_own",
                                         "toy_mistaken" };
    size_t n;
    const struct conf_case *const *all = catalogue(&n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(all[i]->id, order[i]);
        assert_ptr_equal(case_find(order[i]), all[i]);
    }
    assert_null(case_find("toy"));
    assert_null(case_find("toy_asks_again2"));
    assert_null(case_find(""));
}

static void a_case_is_as_strict_as_its_strictest_row(void **state)
{
    (void)state;
    assert_int_equal(case_level(case_find("toy_asks_again")), LEVEL_MUST);
    assert_int_equal(case_level(case_find("toy_may_close")), LEVEL_MAY);
    assert_int_equal(case_level(case_find("toy_of_its_own")), LEVEL_DEFACTO);
    assert_true(case_covers(case_find("toy_asks_again"), requirement_find("SP-REQ-018", 10)));
    assert_false(case_covers(case_find("toy_asks_again"), requirement_find("SP-REQ-001", 10)));
}

static void instances_have_names_that_find_them(void **state)
{
    (void)state;
    static const char *const names[] = {
        "toy_asks_again[tcp,iut-dials]",  "toy_asks_again[tcp,iut-listens]",
        "toy_asks_again[ipc,iut-dials]",  "toy_asks_again[ipc,iut-listens]",
        "toy_may_close[tcp,iut-listens]", "toy_of_its_own[tcp6,iut-dials]",
        "toy_of_its_own[inproc]",         "toy_of_its_own[local]",
        "toy_mistaken[ipc,iut-dials]",
    };
    size_t n, seen = 0;
    const struct conf_case *const *all = catalogue(&n);
    for (size_t i = 0; i < n; i++) {
        enum via via[INSTANCES_MAX], found;
        size_t count = case_instances(all[i], via);
        for (size_t j = 0; j < count; j++) {
            char name[INSTANCE_NAME_MAX];
            assert_string_equal(case_instance_name(all[i], via[j], name), names[seen++]);
            assert_ptr_equal(instance_find(name, &found), all[i]);
            assert_int_equal(found, via[j]);
        }
    }
    assert_int_equal(seen, sizeof(names) / sizeof(names[0]));
    enum via via;
    assert_null(instance_find("toy_may_close[tcp,iut-dials]", &via));
    assert_null(instance_find("toy_may_close", &via));
    assert_null(instance_find("nothing[local]", &via));
}

static void globs_take_brackets_as_they_are(void **state)
{
    (void)state;
    assert_true(glob_matches("*", ""));
    assert_true(glob_matches("toy_*[tcp,*", "toy_asks_again[tcp,iut-dials]"));
    assert_true(glob_matches("a*b*c", "a-b-b-c"));
    assert_true(glob_matches("a?c**", "abc"));
    assert_false(glob_matches("a*b*c", "a-b-b-d"));
    assert_false(glob_matches("[t]oy", "toy"));
    assert_false(glob_matches("", "x"));
    assert_false(glob_matches("abc", "ab"));
    assert_false(glob_matches("ab", "abc"));
}

static void coverage_names_what_is_wrong(void **state)
{
    (void)state;
    size_t n, size;
    const struct conf_case *const *all = catalogue(&n);
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(coverage_unknown(all, n, out), 1);
    fflush(out);
    assert_non_null(strstr(text, "case toy_mistaken cites SP-NIL-999, which no table has"));
    rewind(out);
    size_t gaps = coverage_gaps(all, n, out);
    fclose(out);
    assert_true(gaps > 100 && gaps < requirement_count);
    assert_non_null(strstr(text, "SP-REQ-002 (MUST) has neither a case nor a reason"));
    assert_null(strstr(text, "SP-REQ-017 "));
    assert_null(strstr(text, "SP-REQ-019 ")); /* MAY needs none */
    free(text);
}

static void coverage_json_has_every_row(void **state)
{
    (void)state;
    size_t n;
    const struct conf_case *const *all = catalogue(&n);
    json_t *root = coverage_json(all, n);
    json_t *rows = json_object_get(root, "requirements");
    assert_int_equal(json_array_size(rows), requirement_count);
    for (size_t i = 0; i < requirement_count; i++) {
        json_t *row = json_array_get(rows, i);
        assert_string_equal(json_string_value(json_object_get(row, "id")), requirements[i].id);
        assert_int_equal(json_object_size(row), 4);
        bool ours = strcmp(requirements[i].id, "SP-PUB-007") == 0;
        if (ours)
            assert_string_equal(json_string_value(json_array_get(json_object_get(row, "cases"), 0)),
                                "toy_may_close");
    }
    json_decref(root);
}

/* Runs a command with its standard output and error in files; what each got. */
static char said[1 << 20], complained[4096];

static size_t slurp(FILE *f, char *out, size_t cap)
{
    rewind(f);
    size_t n = fread(out, 1, cap - 1, f);
    out[n] = '\0';
    fclose(f);
    return n;
}

static int run(int (*command)(int, char **), const char *const *words)
{
    static char copy[4][64];
    char *argv[5];
    int argc = 0;
    for (; words[argc]; argc++) {
        snprintf(copy[argc], sizeof(copy[argc]), "%s", words[argc]);
        argv[argc] = copy[argc];
    }
    argv[argc] = NULL;
    FILE *out = tmpfile(), *err = tmpfile();
    assert_true(out && err);
    fflush(NULL);
    int was_out = dup(1), was_err = dup(2);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    int status = command(argc, argv);
    fflush(NULL);
    dup2(was_out, 1);
    dup2(was_err, 2);
    close(was_out);
    close(was_err);
    slurp(out, said, sizeof(said));
    slurp(err, complained, sizeof(complained));
    return status;
}
#define RUN(command, ...) run(command, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_says(const char *const *lines)
{
    const char *at = said;
    for (; *lines; lines++) {
        const char *found = strstr(at, *lines);
        if (!found)
            fail_msg("\"%s\" is missing, or out of order, in:\n%s", *lines, said);
        at = found + strlen(*lines);
    }
}
#define SAYS(...) assert_says((const char *const[]){ __VA_ARGS__, NULL })

static void list_is_json(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_list, "list", "--json"), 0);
    json_t *root = json_loads(said, 0, NULL);
    json_t *cases = json_object_get(root, "cases");
    assert_int_equal(json_array_size(cases), 4);
    json_t *first = json_array_get(cases, 0);
    assert_string_equal(json_string_value(json_object_get(first, "case")), "toy_asks_again");
    assert_string_equal(json_string_value(json_object_get(first, "level")), "MUST");
    assert_int_equal(json_array_size(json_object_get(first, "requirements")), 2);
    assert_int_equal(json_array_size(json_object_get(first, "instances")), 4);
    json_t *quiet = json_array_get(json_object_get(first, "quiet"), 0);
    assert_int_equal(json_integer_value(json_object_get(quiet, "ms")), 600);
    assert_string_equal(json_string_value(json_object_get(quiet, "why")),
                        "driven by the resend timer: three intervals");
    json_decref(root);
}

static void list_takes_a_glob(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_list, "list", "*[ipc,iut-dials]"), 0);
    SAYS("MUST     1  toy_asks_again", "MUST     1  toy_mistaken", "2 cases, 2 instances");
    assert_int_equal(RUN(cmd_list, "list", "--requirements", "SP-REQ-009?"), 0);
    SAYS("SP-REQ-009a  MUST", "SP-REQ-009b  SHOULD", "2 requirements");
    assert_int_equal(RUN(cmd_list, "list", "nosuchcase*"), 2);
    assert_string_equal(complained,
                        "spconform list: no case or instance matches \"nosuchcase*\"\n");
    assert_int_equal(RUN(cmd_list, "list", "--jason"), 2);
    assert_int_equal(RUN(cmd_list, "list", "--json", "--requirements", "SP-ROB-*"), 0);
    json_t *root = json_loads(said, 0, NULL);
    assert_true(json_array_size(json_object_get(root, "requirements")) > 20);
    json_decref(root);
}

static void coverage_fails_on_gaps(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_coverage, "coverage"), 1);
    SAYS("SP-PUB-007", "toy_may_close", "MUST ", "rows have a case");
    assert_int_equal(RUN(cmd_coverage, "coverage", "--jason"), 2);
}

static void explain_tells_all_about_a_case(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_explain, "explain", "toy_asks_again[tcp,iut-dials]"), 0);
    SAYS("toy_asks_again (MUST)", "an unanswered request is sent again", "a lost reply",
         "SP-REQ-017   MUST     sp-request-reply-01 6.1", "SP-REQ-018", "[tcp,iut-dials]",
         "needs resend-ivl", "Known peers",
         "fake_expect   toy_asks_again[tcp,*]   FAIL  \"no second request\"", "Accepted outcomes",
         "Otherwise FAIL", "The exchange", "application", "implementation", "peer",
         "The script, harness/tests/fake_cases.c:", "  CASE(toy_asks_again", "iut_expect(req",
         "  }\n");
    assert_null(strstr(said, "of no concern"));
    assert_int_equal(RUN(cmd_explain, "explain", "toy_may_close"), 0);
    SAYS("CRASH \"died\"", "INFO   \"closes the pipe\"", "INFO   \"ignores the frame\"",
         "Otherwise INFO");
}

static void the_exchange_is_drawn(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_explain, "explain", "toy_asks_again"), 0);
    SAYS("|--- open req resend-ivl=200 -->|", "|<-- greetings, peer as rep ", "|--- 'ping' ",
         "|--- <id: %1....... .. .. ..> 'ping' -->|", "|--- $id 'ping' ",
         "190 to 450 ms after `first`", "|<-- $id 'pong' ", "|<-- 'pong' ",
         "nothing for 3 * 200 ms: driven by");
    assert_null(strstr(strstr(said, "The exchange"), "|--- 'not a call'"));
    assert_int_equal(RUN(cmd_explain, "explain", "toy_may_close"), 0);
    SAYS("|<-- one: greetings, peer as sub -->|", "|<-- two: greetings", "|<-- one: 'hm' ",
         "|--- one: closes, or not", "|--- 'news' ", "|--- two: 'news' ");
    assert_int_equal(RUN(cmd_explain, "explain", "toy_mistaken"), 0);
    SAYS("|<-- greetings, peer as rep -->|", "|--- 'salve' ", "|--- 'salve' ", "The script, ",
         "with harness/tests/fake_cases.c:", "  static void meets(",
         "with harness/tests/fake_cases.c:", "  static void greets_(");
    assert_int_equal(RUN(cmd_explain, "explain", "toy_may_close"), 0);
    /* The lifelines stay where they are. */
    char *line = strstr(said, "The exchange\n") + strlen("The exchange\n");
    size_t columns[3] = { 0 };
    strtok(line, "\n");
    while ((line = strtok(NULL, "\n")) && line[0] == ' ') {
        size_t n = 0;
        for (size_t i = 0; line[i]; i++) {
            if (line[i] != '|')
                continue;
            if (!columns[n])
                columns[n] = i;
            assert_int_equal(columns[n++], i);
        }
        assert_int_equal(n, 3);
    }
}

static void explain_of_a_row_lists_its_cases(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_explain, "explain", "SP-PUB-007"), 0);
    SAYS("SP-PUB-007   MAY      de facto", "seen in nng mangos", "toy_may_close (MAY)",
         "toy_mistaken (MUST)", "Known peers\n  fake_expect   glob(24) toy_may_*",
         "  fake_expect   toy_mistaken");
    assert_null(strstr(strstr(said, "Known peers") + 1, "Known peers"));
    assert_int_equal(RUN(cmd_explain, "explain", "SP-TCP-001"), 0);
    SAYS("Cases\n  none");
}

static void explain_of_nothing_offers_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(RUN(cmd_explain, "explain", "toy_ask_again"), 2);
    assert_string_equal(said, "");
    assert_ptr_equal(strstr(complained, "spconform explain: no case or requirement "
                                        "\"toy_ask_again\"; nearest: toy_asks_again, "),
                     complained);
    assert_int_equal(RUN(cmd_explain, "explain", "sp-req-009a"), 2);
    assert_non_null(strstr(complained, "nearest: SP-REQ-009a"));
    assert_int_equal(RUN(cmd_explain, "explain", "--help"), 0);
    SAYS("usage: spconform explain CASE|REQUIREMENT");
    assert_int_equal(RUN(cmd_explain, "explain"), 2);
    assert_non_null(strstr(complained, "CASE|REQUIREMENT"));
}

static void all_of_it_is_quick(void **state)
{
    (void)state;
    clock_t start = clock();
    RUN(cmd_list, "list", "--json");
    RUN(cmd_explain, "explain", "toy_asks_again");
    RUN(cmd_explain, "explain", "nosuchcase");
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 0.3); /* sanitizers are slow */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_are_in_the_order_of_their_file),
        cmocka_unit_test(a_case_is_as_strict_as_its_strictest_row),
        cmocka_unit_test(instances_have_names_that_find_them),
        cmocka_unit_test(globs_take_brackets_as_they_are),
        cmocka_unit_test(coverage_names_what_is_wrong),
        cmocka_unit_test(coverage_json_has_every_row),
        cmocka_unit_test(list_is_json),
        cmocka_unit_test(list_takes_a_glob),
        cmocka_unit_test(coverage_fails_on_gaps),
        cmocka_unit_test(explain_tells_all_about_a_case),
        cmocka_unit_test(the_exchange_is_drawn),
        cmocka_unit_test(explain_of_a_row_lists_its_cases),
        cmocka_unit_test(explain_of_nothing_offers_the_nearest),
        cmocka_unit_test(all_of_it_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
