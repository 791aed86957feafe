#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/expectations.h"

static char path[] = "/tmp/expectations.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_text(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void expect_file(const char *want)
{
    char got[4096];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    got[fread(got, 1, sizeof got - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(got, want);
}

static struct expectations *load(const char *text)
{
    struct buf why = { 0 };
    write_text(text);
    struct expectations *e = expectations_load(path, &why);
    if (!e)
        fail_msg("%s", buf_text(&why));
    buf_free(&why);
    return e;
}

/* Applies the list to one result, which must become `want`; `says` must be in its new reason. */
static void expect_verdict(struct expectations *e, const char *instance, enum verdict v,
                           const char *why, enum verdict want, const char *says)
{
    struct buf text = { 0 };
    struct result r = { .case_id = "x",
                        .instance = instance,
                        .verdict = v,
                        .was = v,
                        .why = why,
                        .expected_because = "" };
    expectations_apply(e, &r, &text);
    assert_string_equal(verdict_name(r.verdict), verdict_name(want));
    assert_int_equal(r.was, v);
    if (want == V_XFAIL)
        assert_string_equal(r.expected_because, says);
    else if (!strstr(r.why, says))
        fail_msg("%s is not in: %s", says, r.why);
    if (want == v)
        assert_memory_equal(r.why, why, strlen(why));
    buf_free(&text);
}

static void see(struct expectations *e, const char *instance, enum verdict v, const char *why)
{
    struct buf text = { 0 };
    struct result r = { .case_id = "x", .instance = instance, .verdict = v, .was = v, .why = why };
    expectations_apply(e, &r, &text);
    buf_free(&text);
}

static void listed_failures_are_expected(void **state)
{
    (void)state;
    struct expectations *e =
        load("# a peer\n\n"
             "pub_*[tcp,*]  CRASH  \"died: \"  # xpub.c:167 asserts \r\n"
             "req_a[tcp,iut-dials] HANG sometimes \"recv\" # a race\n"
             "rep[ipc,?ut-dials]\tWARN \"say \\\"no\\\" \\\\\" # why not # ever\n"
             "glob(40) all* FAIL \"x\" # everything\n");
    expect_verdict(e, "pub_a[tcp,iut-dials]", V_CRASH, "died: 6", V_XFAIL, "xpub.c:167 asserts");
    expect_verdict(e, "rep[ipc,iut-dials]", V_WARN, "say \"no\" \\ at all", V_XFAIL,
                   "why not # ever");
    expect_verdict(e, "req_a[tcp,iut-dials]", V_HANG, "recv", V_XFAIL, "a race");
    expect_verdict(e, "all[local]", V_FAIL, "x", V_XFAIL, "everything");
    expectations_free(e);
}

static void what_differs_from_the_list_is_told(void **state)
{
    (void)state;
    struct expectations *e = load("a[*] CRASH \"died\" # s\nb[*] FAIL sometimes \"x\" # t\n");
    expect_verdict(e, "a[tcp]", V_FAIL, "died", V_FAIL, ":1 expects CRASH \"died\")");
    expect_verdict(e, "a[tcp]", V_CRASH, "killed", V_CRASH, "expects CRASH");
    expect_verdict(e, "a[tcp]", V_PASS, "", V_XPASS, ":1 expects CRASH \"died\", and it was PASS:");
    expect_verdict(e, "a[tcp]", V_INFO, "closes", V_XPASS, "INFO, closes: remove");
    expect_verdict(e, "a[tcp]", V_WARN, "died", V_XPASS, "WARN, died");
    expect_verdict(e, "a[tcp]", V_SKIP, "na", V_SKIP, "na");
    expect_verdict(e, "a[tcp]", V_ERROR, "ours", V_ERROR, "ours");
    expect_verdict(e, "b[tcp]", V_PASS, "", V_PASS, "");
    expect_verdict(e, "b[tcp]", V_WARN, "x", V_WARN, "x");
    expect_verdict(e, "b[tcp]", V_FAIL, "y", V_FAIL, "expects FAIL");
    expect_verdict(e, "c[tcp]", V_FAIL, "x", V_FAIL, "x");
    /* brackets are themselves: t is no class of characters */
    expect_verdict(e, "at", V_CRASH, "died", V_CRASH, "died");
    expectations_free(e);
}

static void only_a_race_may_vary(void **state)
{
    (void)state;
    struct expectations *e = load("race[*] CRASH sometimes \"died\" # s\nsure[*] FAIL \"x\" # t\n");
    assert_true(expectations_may_vary(e, "race[tcp]", V_CRASH, "died: 6"));
    assert_true(expectations_may_vary(e, "race[tcp]", V_PASS, ""));
    assert_false(expectations_may_vary(e, "race[tcp]", V_FAIL, "died"));
    assert_false(expectations_may_vary(e, "sure[tcp]", V_FAIL, "x"));
    assert_false(expectations_may_vary(e, "sure[tcp]", V_PASS, ""));
    assert_false(expectations_may_vary(e, "other[tcp]", V_PASS, ""));
    for (int firmly = 0; firmly < 2; firmly++) {
        assert_int_equal(expectations_cover(e, "race[tcp]", V_CRASH, "died: 6", firmly), !firmly);
        assert_true(expectations_cover(e, "sure[tcp]", V_FAIL, "x", firmly));
    }
    expectations_free(e);
}

static void broken_lists_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } broken[] = {
        { "a\n", ":1: want GLOB VERDICT" },
        { "# x\na MAYBE \"x\" # y\n",
          ":2: want the verdict FAIL, WARN, CRASH or HANG, not: MAYBE" },
        { "a PASS \"x\" # y\n", "PASS" },
        { "a XFAIL \"x\" # y\n", "XFAIL" },
        { "a FAIL often \"x\" # y\n", "often" },
        { "a sometimes FAIL \"x\" # y\n", "sometimes" },
        { "a FAIL # y\n", "want \"message prefix\"" },
        { "a FAIL \"x # y\n", "not closed" },
        { "a FAIL \"\" # y\n", "empty message" },
        { "a FAIL \"x\"\n", "no reason" },
        { "a FAIL \"x\" #  \n", "no reason" },
        { "a FAIL \"x\" y\n", "# why after the message, not: y" },
        { "a glob(0) FAIL \"x\" # y\n", "glob(0)" },
        { "a glob(-1) FAIL \"x\" # y\n", "glob(-1)" },
        { "a glob(99999999999999999999) FAIL \"x\" # y\n", "glob(" },
        { "a glob(30) glob(31) FAIL \"x\" # y\n", "glob(31)" },
        { "\x01\x02\x7f\n", ":1: control characters" },
        { "a FAIL \"x\" # fine\nb FAIL \"x\" # reason to be written\n", ":2: the reason is still" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct buf why = { 0 };
        write_text(broken[i].text);
        assert_null(expectations_load(path, &why));
        const char *got = buf_text(&why);
        if (!strstr(got, broken[i].says) || strncmp(got, path, strlen(path)) != 0)
            fail_msg("%s is not in: %s", broken[i].says, got);
        assert_null(strpbrk(got, "\n\001"));
        buf_free(&why);
    }
    struct buf why = { 0 };
    assert_null(expectations_load("/nonexistent/list", &why));
    assert_string_equal(buf_text(&why), "/nonexistent/list: No such file or directory");
    buf_free(&why);
}

static void stale_lines_are_counted(void **state)
{
    (void)state;
    struct expectations *e = load("gone[*] FAIL \"x\" # 1\n"
                                  "a[*] FAIL \"x\" # 2\n"
                                  "a[tcp] FAIL \"x\" # 3\n"
                                  "many* FAIL \"x\" # 4\n"
                                  "more* glob(25) FAIL \"x\" # 5\n"
                                  "skipped FAIL \"x\" # 6\n"
                                  "race FAIL sometimes \"x\" # 7\n"
                                  "slow[*] FAIL \"x\" # 8\n"
                                  "ends WARN sometimes \"x\" # 9\n"
                                  "ends CRASH sometimes \"x\" # 10\n"
                                  "ends WARN sometimes \"x\" # 11\n"
                                  "both CRASH sometimes \"died\" # 12\n"
                                  "both FAIL \"x\" # 13\n");
    see(e, "both", V_CRASH, "died"); /* before it could fail as line 13 has it */
    see(e, "ends", V_WARN, "x");     /* and not, this time, as line 10 has it */
    see(e, "a[tcp]", V_FAIL, "x");
    see(e, "skipped", V_SKIP, "na");
    see(e, "race", V_PASS, "");
    expectations_left_out(e, "slow[tcp]");
    expectations_left_out(e, "a[tcp]"); /* it did run */
    for (unsigned i = 0; i < 25; i++) {
        char name[20];
        snprintf(name, sizeof name, "%s%u", i < 21 ? "many" : "m", i);
        see(e, name, V_FAIL, "x");
        see(e, name, V_FAIL, "x"); /* a repeat is no further instance */
        snprintf(name, sizeof name, "more%u", i);
        see(e, name, V_FAIL, "x");
    }
    struct buf out = { 0 };
    assert_int_equal(expectations_unused(e, &out), 4);
    const char *got = buf_text(&out);
    assert_non_null(strstr(got, ":11: ends: lines before it say all that it says\n"));
    assert_non_null(strstr(got, ":1: gone[*]: no instance of this run matches it\n"));
    assert_non_null(strstr(got, ":3: a[tcp]: lines before it say all that it says\n"));
    assert_non_null(strstr(got, ":4: many*: it covers 21 instances, 20 are allowed; if that is "
                                "meant, say glob(21)\n"));
    buf_free(&out);
    expectations_free(e);
}

static void update(struct expectations *e)
{
    struct buf why = { 0 };
    if (!expectations_update(e, path, &why))
        fail_msg("%s", buf_text(&why));
    buf_free(&why);
    expectations_free(e);
}

static void an_update_touches_only_what_no_longer_holds(void **state)
{
    (void)state;
    struct expectations *e = load("# head\n"
                                  "keep[*]   FAIL   \"x\"    # odd   spacing\n"
                                  "gone[*]  FAIL \"x\"  # 1\n"
                                  "\n"
                                  "part[*]  CRASH \"died\"  # 2\n"
                                  "# about races\n"
                                  "race[*]  FAIL sometimes \"x\"  # 3\n"
                                  "fixed[*]  FAIL \"x\"  # 4\n"
                                  "# tail\n");
    see(e, "part[tcp,a]", V_CRASH, "died");
    see(e, "part[tcp,b]", V_PASS, "");
    see(e, "part[ipc,a]", V_CRASH, "died");
    see(e, "part[ipc,b]", V_HANG, "no answer to recv");
    see(e, "keep[tcp]", V_FAIL, "x1");
    see(e, "race[tcp]", V_PASS, "");
    see(e, "fixed[tcp]", V_PASS, "");
    see(e, "new[tcp]", V_FAIL, "\"b\" was sent, after 1203 ms");
    see(e, "new[ipc]", V_FAIL, "\"b\" was sent, after 1199 ms");
    see(e, "new[x]", V_SKIP, "na");
    see(e, "one[tcp]", V_FAIL, "first");
    see(e, "one[ipc]", V_FAIL, "second");
    see(e, "one[x]", V_PASS, "");
    see(e, "warned[tcp]", V_WARN, "w");
    see(e, "ours[tcp]", V_ERROR, "e");
    update(e);
    expect_file("# head\n"
                "keep[*]   FAIL   \"x\"    # odd   spacing\n"
                "\n"
                "part[ipc,a]  CRASH \"died\"  # 2\n"
                "part[tcp,a]  CRASH \"died\"  # 2\n"
                "part[ipc,b]  HANG \"no answer to recv\"  # reason to be written\n"
                "# about races\n"
                "race[*]  FAIL sometimes \"x\"  # 3\n"
                "# tail\n"
                "new[*]  FAIL \"\\\"b\\\" was sent, after\"  # reason to be written\n"
                "one[ipc]  FAIL \"second\"  # reason to be written\n"
                "one[tcp]  FAIL \"first\"  # reason to be written\n");
}

static void an_update_notices_races_and_wide_globs(void **state)
{
    (void)state;
    struct expectations *e = load("a[*] FAIL \"x\" # 1\nwide* FAIL \"x\" # 2\n");
    see(e, "a[tcp]", V_PASS, "");
    see(e, "a[tcp]", V_FAIL, "x");
    see(e, "b[tcp]", V_HANG, "recv");
    see(e, "b[tcp]", V_PASS, "");
    see(e, "c[tcp]", V_SKIP, "");
    see(e, "c[tcp]", V_HANG, "recv");
    see(e, "c[tcp]", V_SKIP, "");
    for (unsigned i = 0; i < 22; i++) {
        char name[20];
        snprintf(name, sizeof name, "wide%u", i);
        see(e, name, V_FAIL, "x");
    }
    update(e);
    expect_file("a[tcp]  FAIL sometimes \"x\"  # 1\n"
                "wide*  glob(22)  FAIL \"x\"  # 2\n"
                "b[tcp]  HANG sometimes \"recv\"  # reason to be written\n"
                "c[tcp]  HANG \"recv\"  # reason to be written\n");
}

static void an_update_of_a_list_that_holds_changes_nothing(void **state)
{
    (void)state;
    static const char text[] = "a[*]\tFAIL \"x\" # 1\n# no newline at the end";
    struct expectations *e = load(text);
    see(e, "a[tcp]", V_FAIL, "x");
    update(e);
    expect_file("a[*]\tFAIL \"x\" # 1\n# no newline at the end\n");
}

static void a_failed_update_leaves_the_file(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct expectations *e = load("a[*] FAIL \"x\" # 1\n");
    assert_false(expectations_update(e, "/nonexistent/list", &why));
    assert_non_null(strstr(buf_text(&why), "/nonexistent/list: not updated"));
    expect_file("a[*] FAIL \"x\" # 1\n");
    buf_free(&why);
    expectations_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listed_failures_are_expected),
        cmocka_unit_test(what_differs_from_the_list_is_told),
        cmocka_unit_test(only_a_race_may_vary),
        cmocka_unit_test(broken_lists_are_refused),
        cmocka_unit_test(stale_lines_are_counted),
        cmocka_unit_test(an_update_touches_only_what_no_longer_holds),
        cmocka_unit_test(an_update_notices_races_and_wide_globs),
        cmocka_unit_test(an_update_of_a_list_that_holds_changes_nothing),
        cmocka_unit_test(a_failed_update_leaves_the_file),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
