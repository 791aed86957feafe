/* test_vectors.c -- every vector of vectors/ against our codec, and the checker against vectors
 * that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "vectors/check.h"

static void every_file(void **state)
{
    (void)state;
    glob_t files;
    size_t crafted = 0, recorded = 0;
    assert_int_equal(glob(VECTORS "/*.json", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct vector_file f;
        struct buf why = { 0 };
        if (strstr(files.gl_pathv[i], ".schema.json"))
            continue;
        if (!vector_file_load(&f, files.gl_pathv[i], &why))
            fail_msg("%s", buf_text(&why));
        for (size_t k = 0; k < f.n; k++)
            if (!vector_check(&f.v[k], &why))
                fail_msg("%s: %s\n%s", files.gl_pathv[i], f.v[k].id, buf_text(&why));
        *(strstr(files.gl_pathv[i], "recorded") ? &recorded : &crafted) += f.n;
        vector_file_free(&f);
        buf_free(&why);
    }
    globfree(&files);
    assert_true(crafted >= 60);
    assert_true(recorded >= 21);
}

/* A right vector with one thing replaced; an empty `from` replaces nothing. */
static const char right[] =
    "{\"vectors\": [{\"id\": \"x\", \"title\": \"x\", \"requirements\": [\"SP-REP-001\"],"
    " \"protocol\": \"rep\", \"transport\": \"tcp\", \"role\": \"either\","
    " \"conversation\": [{\"in\": \"0053500000300000000000000000000580000001aa\"}],"
    " \"events\": [{\"of\": \"in\", \"type\": \"greeting\", \"peer\": \"req\"},"
    " {\"of\": \"in\", \"type\": \"message\", \"header\": \"80000001\", \"body\": \"aa\"}],"
    " \"state\": \"open\", \"result\": \"valid\", \"provenance\": {\"kind\": \"crafted\"}}]}";

static bool load_with(const char *from, const char *to, struct vector_file *f, struct buf *why)
{
    char path[] = "vectors.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *out = fdopen(fd, "w");
    const char *at = strstr(right, from);
    assert_non_null(at);
    fprintf(out, "%.*s%s%s", (int)(at - right), right, to, at + strlen(from));
    fclose(out);
    bool ok = vector_file_load(f, path, why);
    unlink(path);
    return ok;
}

static void a_right_one(void **state)
{
    (void)state;
    struct vector_file f;
    struct buf why = { 0 };
    assert_true(load_with("", "", &f, &why));
    assert_int_equal(f.n, 1);
    assert_true(vector_check(&f.v[0], &why));
    assert_int_equal(why.n, 0);
    vector_file_free(&f);
    buf_free(&why);
}

static void wrong_ones(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        { "\"body\": \"aa\"", "\"body\": \"ab\"", "  whole:" },
        { "80000001aa", "80000002aa", "  whole:" },
        { "\"peer\": \"req\"", "\"peer\": \"rep\"", "  whole:" },
        { "\"open\"", "\"failed\"", "  state   wanted failed, got open" },
        { "SP-REP-001", "SP-REP-999", "  SP-REP-999 is no requirement" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vector_file f;
        struct buf why = { 0 };
        assert_true(load_with(rows[i][0], rows[i][1], &f, &why));
        assert_false(vector_check(&f.v[0], &why));
        if (!strstr(buf_text(&why), rows[i][2]))
            fail_msg("row %zu: %s", i, buf_text(&why));
        vector_file_free(&f);
        buf_free(&why);
    }
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        { "{\"vectors\"", "{\"vactors\"", "there are no \"vectors\" in it" },
        { "{\"vectors\"", "nonsense", "'[' or '{' expected" },
        { "\"id\": \"x\"", "\"id\": 7", "vector 1 (no id): no \"id\"" },
        { "\"title\": \"x\",", "", "vector 1 (x): no \"title\"" },
        { "\"rep\"", "\"rap\"", "vector 1 (x): \"protocol\" is no endpoint type" },
        { "\"tcp\"", "\"udp\"", "\"transport\" is not tcp or ipc" },
        { "\"either\"", "\"both\"", "\"role\" is not listens, dials or either" },
        { "\"valid\"", "\"fine\"", "\"result\" is not valid, invalid or acceptable" },
        { "\"open\"", "\"ajar\"", "\"state\" is not greeting, open, ended or failed" },
        { "[\"SP-REP-001\"]", "[]", "no \"requirements\"" },
        { "80000001aa\"", "80000001a\"", "a step is none of" },
        { "{\"in\"", "{\"at\"", "a step is none of" },
        { "\"events\"", "\"event\"", "no \"events\"" },
        { "{\"kind\": \"crafted\"}", "1", "no \"provenance\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vector_file f;
        struct buf why = { 0 };
        assert_false(load_with(rows[i][0], rows[i][1], &f, &why));
        if (!strstr(buf_text(&why), rows[i][2]))
            fail_msg("row %zu: %s", i, buf_text(&why));
        vector_file_free(&f);
        buf_free(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file),
        cmocka_unit_test(a_right_one),
        cmocka_unit_test(wrong_ones),
        cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
