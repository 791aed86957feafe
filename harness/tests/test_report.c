#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/text.h"
#include "sample_results.h"

static void names_go_both_ways(void **state)
{
    (void)state;
    for (unsigned v = 0; v < V_COUNT; v++) {
        enum verdict back = V_COUNT;
        assert_true(verdict_parse(verdict_name((enum verdict)v), &back));
        assert_int_equal(back, v);
    }
    enum verdict none;
    assert_false(verdict_parse("pass", &none));
    assert_string_equal(level_name(LEVEL_DEFACTO), "DEFACTO");
}

static void sums_and_status(void **state)
{
    (void)state;
    struct summary s = sample_summary();
    assert_int_equal(s.passed, 7);
    assert_int_equal(s.failed, 6);
    assert_int_equal(s.skipped, 1);
    assert_int_equal(s.exit_status, 1);
    struct summary error = { .count[V_ERROR] = 1, .count[V_XFAIL] = 3 };
    assert_int_equal(summary_status(&error), 2);
    struct summary xpass = { .count[V_ERROR] = 1, .count[V_XPASS] = 1 };
    assert_int_equal(summary_status(&xpass), 1);
    struct summary fine = { .count[V_WARN] = 1, .count[V_XFAIL] = 3 };
    assert_int_equal(summary_status(&fine), 0);
}

static void expect_text(const char *in, enum text_form form, const char *want)
{
    char *got = text_made(in, form);
    assert_string_equal(got, want);
    free(got);
}

static void text_is_made_safe(void **state)
{
    (void)state;
    expect_text("a\tb\nc\r\x7f", TEXT_LINE, "a b\\nc\\x0d\\x7f");
    expect_text("a\tb\nc\r", TEXT_PLAIN, "a\tb\nc\\x0d");
    expect_text("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", TEXT_LINE,
                "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    /* not UTF-8: overlong, surrogate, cut off, too large, a lone continuation */
    expect_text("\xc0\xaf", TEXT_LINE, "\\xc0\\xaf");
    expect_text("\xed\xa0\x80", TEXT_LINE, "\\xed\\xa0\\x80");
    expect_text("\xe2\x82", TEXT_LINE, "\\xe2\\x82");
    expect_text("\xf4\x90\x80\x80", TEXT_LINE, "\\xf4\\x90\\x80\\x80");
    expect_text("\x80", TEXT_LINE, "\\x80");
    expect_text("\xc2\x9b", TEXT_LINE, "\\u009b");
    expect_text("\xef\xbf\xbe", TEXT_XML, "\\ufffe");
    expect_text("<a b='c'>&\"\n\001", TEXT_XML_LINE,
                "&lt;a b=&apos;c&apos;&gt;&amp;&quot;&#10;\\x01");
    expect_text("1 # \\ \n", TEXT_TAP, "1 \\# \\\\ \\\\n");
    expect_text("\"\\\n\001", TEXT_QUOTED, "\\\"\\\\\\n\\\\x01");
    expect_text("5%: a,b\n", TEXT_GITHUB, "5%25: a,b%0A");
    expect_text("5%: a,b\n", TEXT_GITHUB_PROPERTY, "5%25%3A a%2Cb%0A");
    expect_text(NULL, TEXT_LINE, "");
}

/* What a reporter of the sample run writes; r->out is set here.  The caller frees. */
static char *written(struct reporter *r, char **text)
{
    size_t n;
    r->out = open_memstream(text, &n);
    r->owned = true;
    assert_true(reporter_begin(r, "nanomsg 1.1.5", (unsigned)sample_count));
    for (size_t i = 0; i < sample_count; i++)
        assert_true(reporter_result(r, &sample_results[i]));
    struct summary s = sample_summary();
    assert_true(reporter_end(r, &s));
    reporter_free(r);
    return *text;
}

static char *written_as(const char *spec, char **text)
{
    char why[200];
    struct reporter *r = reporter_open(spec, why, sizeof why);
    assert_non_null(r);
    return written(r, text);
}

static void terminal_in_a_pipe(void **state)
{
    (void)state;
    static const char want[] =
        "XFAIL pub_survives[ipc,iut-dials]                         MUST  SP-PUB-004\n"
        "      clause   robustness\n"
        "      expected CRASH: asserts in xpub.c:167\n"
        "      why      died: Assertion failed\n"
        "      at       harness/cases/pub.c:9\n"
        "      also     [tcp,iut-dials]\n"
        "\n"
        "HANG  bus_hang[tcp,iut-dials]                             DEFACTO  SP-BUS-001\n"
        "      why      <no> answer & \"\\x1b[31mred\\xff\\u202e]]>\" 50%, a:b\n"
        "\n"
        "ERROR port_in_use[tcp,iut-dials]                          MUST\n"
        "      why      bind: address in use\n"
        "\n"
        "XPASS pull_fair[tcp,iut-dials]                            MUST  SP-PUL-002\n"
        "      why      known.txt:3 expects FAIL\n"
        "\n"
        "FAIL  req_resends[ipc,iut-dials]                          MUST  SP-REQ-017 SP-REQ-018\n"
        "      title    an unanswered request is sent again\n"
        "      clause   sp-request-reply-01 6.1\n"
        "      why      octet 3 differs\n"
        "      at       harness/cases/req.c:26   sp_expect(rep, \"$id 'ping'\")\n"
        "      wanted   80 00 1f 03  'ping'\n"
        "      got      80 00 1f 04  'ping'\n"
        "                        ^^ octet 3, in $id\n"
        "      trace    out/req_resends.ipc,iut-dials.txt  .jsonl\n"
        "      repeat   spconform run --filter 'req_resends*'\n"
        "      also     [tcp,iut-dials] [tcp,iut-listens]\n"
        "\n"
        "SKIP  sub_ttl (1): the adapter lacks ttl # yet\n"
        "INFO  hop count starts at 1 (3)\n"
        "      pair_first_hop (2)\n"
        "      pair_hops (1)\n"
        "WARN  rep_drops (1): the pipe was closed  SHOULD SP-REP-008b  sp-request-reply-01 4\n"
        "nanomsg 1.1.5: 14 instances in 2.3 s: 1 PASS, 3 INFO, 1 WARN, 1 SKIP, 3 FAIL, 1 HANG, "
        "1 ERROR, 2 XFAIL, 1 XPASS\n"
        "7 passed, 6 failed, 1 skipped\n";
    char *got;
    written(reporter_terminal(stdout, false), &got);
    assert_string_equal(got, want);
    free(got);
}

static char *written_with(bool verbose, const struct result *list, size_t n, char **text)
{
    size_t size;
    struct reporter *r = reporter_terminal(open_memstream(text, &size), verbose);
    struct summary s = { .peer = "tiny 1", .stopped = "", .notes = "" };
    r->owned = true;
    assert_true(reporter_begin(r, s.peer, (unsigned)n));
    for (size_t i = 0; i < n; i++) {
        summary_add(&s, &list[i]);
        assert_true(reporter_result(r, &list[i]));
    }
    assert_true(reporter_end(r, &s));
    reporter_free(r);
    return *text;
}

/* An adapter of one protocol skips nearly all: what failed must not scroll away. */
static void skipped_cases_are_counted(void **state)
{
    (void)state;
    static const struct result list[] = {
        { .case_id = "bus_a", .instance = "bus_a[ipc]", .verdict = V_SKIP, .why = "no ipc" },
        { .case_id = "bus_a", .instance = "bus_a[tcp]", .verdict = V_SKIP, .why = "no bus" },
        { .case_id = "pub_a", .instance = "pub_a[ipc]", .verdict = V_SKIP, .why = "no ipc" },
    };
    char *got;
    written_with(false, list, 3, &got);
    assert_string_equal(got, "SKIP  no ipc (2)\n"
                             "SKIP  bus_a (1): no bus\n"
                             "tiny 1: 3 instances in 0.0 s: 3 SKIP\n"
                             "0 passed, 0 failed, 3 skipped\n");
    free(got);
    written_with(true, list, 3, &got);
    assert_non_null(strstr(got, "SKIP  no ipc (2)\n"
                                "      bus_a (1)\n"
                                "      pub_a (1)\n"));
    free(got);
}

static void failures_without_traces_say_how_to_get_them(void **state)
{
    (void)state;
    static const struct result untraced = {
        .case_id = "bus_a", .instance = "bus_a[tcp]", .verdict = V_FAIL, .why = "no"
    };
    struct result traced = untraced;
    traced.trace = "out/bus_a";
    char *got;
    written_with(false, &untraced, 1, &got);
    assert_non_null(strstr(got, "--out DIR"));
    free(got);
    written_with(false, &traced, 1, &got);
    assert_null(strstr(got, "--out DIR"));
    free(got);
}

static void verbose_names_every_instance(void **state)
{
    (void)state;
    char *got;
    written(reporter_terminal(stdout, true), &got);
    assert_non_null(strstr(got, "nanomsg 1.1.5: 14 instances\n"
                                "PASS  greeting[tcp,iut-dials]  1 ms\n"
                                "FAIL  req_resends[tcp,iut-listens]  203 ms  octet 3 differs\n"));
    assert_null(strchr(got, '\033'));
    free(got);
}

/* A pseudo-terminal; what was written to it is read back from the other side. */
static void on_terminal(const char *no_colour, char *got, size_t cap)
{
    int ours = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(ours < 0 || (grantpt(ours) == 0 && unlockpt(ours) == 0));
    FILE *out = ours < 0 ? NULL : fopen(ptsname(ours), "w");
    if (!out)
        skip(); /* a bare chroot has no /dev/pts */
    if (no_colour)
        setenv("NO_COLOR", no_colour, 1);
    else
        unsetenv("NO_COLOR");
    struct reporter *r = reporter_terminal(out, false);
    assert_true(reporter_begin(r, "p", 2));
    assert_true(reporter_result(r, &sample_results[0]));
    struct summary s = { .peer = "p", .stopped = "" };
    summary_add(&s, &sample_results[0]);
    assert_true(reporter_end(r, &s));
    reporter_free(r);
    size_t n = 0;
    fcntl(ours, F_SETFL, O_NONBLOCK);
    for (ssize_t k; n < cap - 1 && (k = read(ours, got + n, cap - 1 - n)) > 0;)
        n += (size_t)k;
    got[n] = '\0';
    fclose(out);
    close(ours);
}

static void terminal_shows_progress_and_colour(void **state)
{
    (void)state;
    char got[2000];
    on_terminal(NULL, got, sizeof got);
    assert_non_null(strstr(got, "\r\033[K1/2, 0 failed  greeting\r\033[K"));
    assert_non_null(strstr(got, "\033[1;32m1 passed, 0 failed, 0 skipped\033[0m"));
    on_terminal("1", got, sizeof got);
    assert_non_null(strstr(got, "1/2, 0 failed"));
    assert_null(strstr(got, "\033[0m"));
    assert_non_null(strstr(got, "\n1 passed, 0 failed, 0 skipped\r\n"));
}

static void tap(void **state)
{
    (void)state;
    char *got;
    written_as("tap=-", &got);
    assert_ptr_equal(strstr(got, "TAP version 14\n# nanomsg 1.1.5, 14 instances\n"), got);
    assert_non_null(strstr(got, "\nok 1 - greeting[tcp,iut-dials]\n"
                                "not ok 2 - req_resends[tcp,iut-listens]\n"
                                "  ---\n"
                                "  verdict: FAIL\n"
                                "  level: MUST\n"
                                "  message: \"octet 3 differs\"\n"
                                "  requirements: \"SP-REQ-017 SP-REQ-018\"\n"
                                "  clauses: \"sp-request-reply-01 6.1\"\n"
                                "  at: \"harness/cases/req.c:26\"\n"
                                "  script: \"sp_expect(rep, \\\"$id 'ping'\\\")\"\n"
                                "  detail:\n"
                                "    - \"wanted   80 00 1f 03  'ping'\"\n"
                                "    - \"got      80 00 1f 04  'ping'\"\n"
                                "    - \"                  ^^ octet 3, in $id\"\n"
                                "  duration_ms: 203\n"
                                "  ...\n"));
    assert_non_null(strstr(got, "\nnot ok 5 - pub_survives[tcp,iut-dials]"
                                " # TODO asserts in xpub.c:167\n"));
    assert_non_null(strstr(got, "\nok 11 - sub_ttl[tcp,iut-dials]"
                                " # SKIP the adapter lacks ttl \\# yet\nnot ok 12 - "));
    assert_non_null(strstr(got, "\n1..14\n# 7 passed, 6 failed, 1 skipped\n"));
    free(got);
}

static void github(void **state)
{
    (void)state;
    static const char want[] =
        "::error title=HANG bus_hang[tcp%2Ciut-dials]::<no> answer & "
        "\"\\x1b[31mred\\xff\\u202e]]>\" "
        "50%25, a:b%0ADEFACTO SP-BUS-001\n"
        "::error title=ERROR port_in_use[tcp%2Ciut-dials]::bind: address in use%0AMUST\n"
        "::error title=XPASS pull_fair[tcp%2Ciut-dials]::known.txt:3 expects FAIL%0AMUST "
        "SP-PUL-002\n"
        "::error file=harness/cases/req.c,line=26,title=FAIL req_resends[ipc%2Ciut-dials]::octet 3 "
        "differs%0AMUST SP-REQ-017 SP-REQ-018%0Asp-request-reply-01 6.1%0Awanted   80 00 1f 03  "
        "'ping'%0Agot      80 00 1f 04  'ping'%0A                  ^^ octet 3, in $id%0A"
        "%0Arepeat: spconform run --filter 'req_resends*'%0Aalso req_resends[tcp,iut-dials]%0Aalso "
        "req_resends[tcp,iut-listens]\n"
        "::warning title=WARN rep_drops[tcp%2Ciut-dials]::the pipe was closed%0ASHOULD "
        "SP-REP-008b%0Asp-request-reply-01 4\n"
        "::notice file=harness/cases/pub.c,line=9,title=XFAIL pub_survives[ipc%2Ciut-dials]::died: "
        "Assertion failed%0AMUST SP-PUB-004%0Arobustness%0Aexpected: asserts in xpub.c:167%0Aalso "
        "pub_survives[tcp,iut-dials]\n";
    char *got;
    written_as("github=-", &got);
    assert_string_equal(got, want);
    free(got);
}

static void a_stopped_run_says_so(void **state)
{
    (void)state;
    static const char *const kinds[] = { "terminal=-", "tap=-",    "junit=-",
                                         "jsonl=-",    "github=-", "html=-" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char why[200], *text;
        size_t n;
        struct reporter *r = reporter_open(kinds[i], why, sizeof why);
        r->out = open_memstream(&text, &n);
        r->owned = true;
        assert_true(reporter_begin(r, NULL, 5));
        struct summary s = { .peer = NULL, .stopped = "interrupted" };
        assert_true(reporter_end(r, &s));
        reporter_free(r);
        assert_non_null(strstr(text, "interrupted"));
        free(text);
    }
}

static void stale_expectations_fail_every_report(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *says;
    } kinds[] = {
        { "terminal=-", "STALE EXPECTATIONS\n      k.txt:1: <a>\n      k.txt:2: b\n" },
        { "tap=-", "not ok 1 - stale expectations\n  ---\n  detail:\n    - \"k.txt:1: <a>\"\n" },
        { "junit=-", "tests=\"1\" failures=\"1\" errors=\"0\"" },
        { "junit=-", ">k.txt:1: &lt;a&gt;\nk.txt:2: b\n</failure>" },
        { "jsonl=-", "\"notes\":\"k.txt:1: <a>\\nk.txt:2: b\\n\"" },
        { "html=-", "<pre>k.txt:1: &lt;a&gt;\nk.txt:2: b\n</pre>" },
        { "github=-", "::error title=stale expectations::k.txt:1: <a>%0Ak.txt:2: b%0A\n" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char why[200], *text;
        size_t n;
        struct reporter *r = reporter_open(kinds[i].kind, why, sizeof why);
        r->out = open_memstream(&text, &n);
        r->owned = true;
        struct summary s = { .notes = "k.txt:1: <a>\nk.txt:2: b\n", .failed = 2 };
        assert_true(reporter_end(r, &s));
        reporter_free(r);
        if (!strstr(text, kinds[i].says))
            fail_msg("%s is not in: %s", kinds[i].says, text);
        free(text);
    }
}

static void bad_specs_are_refused_in_one_line(void **state)
{
    (void)state;
    static const char *const specs[] = {
        "", "junit", "junit=", "=x", "jun=x", "junitt=x", "tap=/nonexistent/directory/x"
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char why[200] = "";
        assert_null(reporter_open(specs[i], why, sizeof why));
        assert_non_null(strstr(why, "--report "));
        assert_null(strchr(why, '\n'));
    }
    char tiny[8];
    assert_null(reporter_open("junit", tiny, sizeof tiny));
    assert_int_equal(strlen(tiny), 7);
}

static void a_full_disk_is_reported_and_survived(void **state)
{
    (void)state;
    static const char *const specs[] = { "terminal=/dev/full", "tap=/dev/full",
                                         "junit=/dev/full",    "jsonl=/dev/full",
                                         "github=/dev/full",   "html=/dev/full" };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char why[200];
        struct reporter *r = reporter_open(specs[i], why, sizeof why);
        assert_non_null(r);
        reporter_begin(r, "p", (unsigned)sample_count);
        for (size_t k = 0; k < sample_count; k++)
            reporter_result(r, &sample_results[k]);
        struct summary s = sample_summary();
        assert_false(reporter_end(r, &s));
        assert_false(reporter_end(r, &s));
        reporter_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(sums_and_status),
        cmocka_unit_test(text_is_made_safe),
        cmocka_unit_test(terminal_in_a_pipe),
        cmocka_unit_test(verbose_names_every_instance),
        cmocka_unit_test(skipped_cases_are_counted),
        cmocka_unit_test(failures_without_traces_say_how_to_get_them),
        cmocka_unit_test(terminal_shows_progress_and_colour),
        cmocka_unit_test(tap),
        cmocka_unit_test(github),
        cmocka_unit_test(a_stopped_run_says_so),
        cmocka_unit_test(stale_expectations_fail_every_report),
        cmocka_unit_test(bad_specs_are_refused_in_one_line),
        cmocka_unit_test(a_full_disk_is_reported_and_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
