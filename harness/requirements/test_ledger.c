#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/ledger.h"

static void rows_are_sorted_and_found(void **state)
{
    (void)state;
    assert_true(requirement_count > 300);
    for (size_t i = 0; i < requirement_count; i++) {
        const struct requirement *r = &requirements[i];
        if (i > 0)
            assert_true(strcmp(requirements[i - 1].id, r->id) < 0);
        assert_ptr_equal(requirement_find(r->id, strlen(r->id)), r);
    }
}

static void neighbours_of_an_id_are_not_it(void **state)
{
    (void)state;
    assert_null(requirement_find("", 0));
    assert_null(requirement_find("SP-REQ-009", 10)); /* it was split into a and b */
    assert_null(requirement_find("SP-REQ-009c", 11));
    assert_null(requirement_find("AAA", 3));
    assert_null(requirement_find("ZZZ", 3));
    assert_non_null(requirement_find("SP-REQ-017 SP-REQ-018", 10));
    assert_string_equal(requirement_find("SP-REQ-009a", 11)->id, "SP-REQ-009a");
}

static void a_row_says_all_of_it(void **state)
{
    (void)state;
    const struct requirement *r = requirement_find("SP-TCP-012", 10);
    assert_non_null(r);
    assert_int_equal(r->level, LEVEL_MUST);
    assert_string_equal(r->source, "sp-tcp-mapping-01 2");
    assert_string_equal(r->observed, "wire");
    assert_string_equal(r->seen, "nng mangos");
    assert_string_equal(r->reason, "");
    assert_string_equal(r->file, "harness/requirements/sp-tcp.tsv");
    assert_int_equal(r->line, 13);
}

/* The rules of the import, for the rows that are easy to get wrong. */
static void latitude_is_latitude(void **state)
{
    (void)state;
    static const char *const may[] = { "SP-TCP-019", "SP-TCP-021",  "SP-REQ-019",  "SP-REQ-024",
                                       "SP-REQ-034", "SP-SUR-005",  "SP-SUR-013",  "SP-REP-006",
                                       "SP-PUB-007", "SP-PR1-001b", "SP-ROB-007b", "SP-SUB-006" };
    for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
        assert_int_equal(requirement_find(may[i], strlen(may[i]))->level, LEVEL_MAY);
    static const char *const split[] = { "SP-REQ-009", "SP-REP-008", "SP-REP-009",
                                         "SP-REP-010", "SP-SUR-011", "SP-RSP-004" };
    for (size_t i = 0; i < sizeof(split) / sizeof(split[0]); i++) {
        char id[16];
        snprintf(id, sizeof(id), "%sa", split[i]);
        assert_int_equal(requirement_find(id, strlen(id))->level, LEVEL_MUST);
        snprintf(id, sizeof(id), "%sb", split[i]);
        assert_int_equal(requirement_find(id, strlen(id))->level, LEVEL_SHOULD);
    }
}

static void reasons_are_few(void **state)
{
    (void)state;
    unsigned reasons = 0;
    for (size_t i = 0; i < requirement_count; i++) {
        reasons += requirements[i].reason[0] != '\0';
        if (strcmp(requirements[i].source, "robustness") == 0)
            assert_true(requirements[i].level >= LEVEL_SHOULD);
    }
    assert_true(reasons <= 12);
}

#define HEADER "id\tlevel\tsource\tobserved\tseen\tstatement\treason\n"
#define GOOD   "SP-X-001\tMUST\tsome draft 1\twire\t-\tThe implementation does.\t-\n"

/* What ledgerc says of a table, and how it ends. */
static int ledgerc(const char *table, char *said, size_t cap)
{
    char dir[] = "/tmp/ledgerc.XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64], command[512];
    snprintf(path, sizeof(path), "%s/t.tsv", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(table, f);
    fclose(f);
    snprintf(command, sizeof(command), "%s %s/out.c %s %s 2>&1", LEDGERC, dir, dir, path);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    said[fread(said, 1, cap - 1, p)] = '\0';
    int status = pclose(p);
    unlink(path);
    snprintf(path, sizeof(path), "%s/out.c", dir);
    unlink(path);
    rmdir(dir);
    return WEXITSTATUS(status);
}

static void broken_tables_are_refused_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *table, *says;
    } bad[] = {
        { HEADER GOOD GOOD, "t.tsv:3: duplicate id: SP-X-001, also at t.tsv:2" },
        { HEADER "SP-X-001\tOUGHT\ts\twire\t-\tIt does.\t-\n", "t.tsv:2: unknown level: OUGHT" },
        { HEADER GOOD "SP-X-002\tMUST\ts\twire\t-\tIt does.\n",
          "t.tsv:3: wrong number of columns: 6, not 7" },
        { HEADER GOOD "SP-X-002\tMUST\ts\twire\t-\tIt does.\t-\t-\n",
          "t.tsv:3: wrong number of columns: 8, not 7" },
        { HEADER "SP X\tMUST\ts\twire\t-\tIt does.\t-\n", "t.tsv:2: malformed id: SP X" },
        { HEADER "SP-X-001\tMUST\ts\tboth\t-\tIt does.\t-\n", "t.tsv:2: observed is neither" },
        { HEADER "SP-X-001\tMUST\ts\twire\tnobody\tIt does.\t-\n", "t.tsv:2: seen names" },
        { HEADER "SP-X-001\tMUST\ts\twire\t-\tdoes\t-\n", "t.tsv:2: the statement is no sentence" },
        { GOOD, "t.tsv:1: the header" },
        { HEADER, "no rows" },
    };
    char said[1024];
    assert_int_equal(ledgerc(HEADER GOOD "# a remark\n", said, sizeof(said)), 0);
    assert_string_equal(said, "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(ledgerc(bad[i].table, said, sizeof(said)), 1);
        if (!strstr(said, bad[i].says))
            fail_msg("wanted \"%s\", got \"%s\"", bad[i].says, said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_and_found),
        cmocka_unit_test(neighbours_of_an_id_are_not_it),
        cmocka_unit_test(a_row_says_all_of_it),
        cmocka_unit_test(latitude_is_latitude),
        cmocka_unit_test(reasons_are_few),
        cmocka_unit_test(broken_tables_are_refused_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
