/* command.c -- spconform vectors: check, show, record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/notation.h"
#include "trace/complain.h"
#include "trace/trace.h"
#include "vectors/check.h"
#include "vectors/commands.h"
#include "vectors/record.h"

static const char help[] =
    "usage: spconform vectors check FILE...\n"
    "       spconform vectors show FILE [ID]\n"
    "       spconform vectors record FILE ADAPTER [ARGUMENT]...\n"
    "\n"
    "The byte vectors of vectors/: conversations in octets, and what they must yield.\n"
    "\n"
    "  check    runs each through our codec, whole and cut at every octet\n"
    "  show     prints the octets of one vector, or of all, named field by field\n"
    "  record   has one exchange per endpoint type and transport with the implementation behind "
    "an\n"
    "           adapter, writes what it sent and took to FILE, and says what changed since FILE "
    "was\n"
    "           written last\n"
    "\n"
    "examples:\n"
    "  $ spconform vectors check vectors/headers-*.json\n"
    "  $ spconform vectors show vectors/headers-reqrep.json rep-hops-7\n"
    "  $ spconform vectors record vectors/recorded-nng.json build/interop/adapters/nng\n";

static int usage(const char *what)
{
    return complain("vectors", "%s (--help shows how)", what);
}

static bool load(struct vector_file *f, const char *path)
{
    struct buf why = { 0 };
    bool ok = vector_file_load(f, path, &why);
    if (!ok) {
        complain("vectors", "%s", buf_text(&why));
        vector_file_free(f);
    }
    buf_free(&why);
    return ok;
}

static int check(int count, char **paths)
{
    unsigned total = 0, wrong = 0;
    for (int i = 0; i < count; i++) {
        struct vector_file f;
        if (!load(&f, paths[i]))
            return 2;
        for (size_t k = 0; k < f.n; k++) {
            struct buf why = { 0 };
            if (!vector_check(&f.v[k], &why)) {
                printf("%s: %s: %s\n%s", paths[i], f.v[k].id, f.v[k].title, buf_text(&why));
                wrong++;
            }
            buf_free(&why);
        }
        total += (unsigned)f.n;
        vector_file_free(&f);
    }
    printf("%u vectors, %u right, %u wrong\n", total, total - wrong, wrong);
    return wrong ? 1 : 0;
}

static void show_vector(const struct vector *v)
{
    struct trace *t = trace_new();
    struct buf octets = { 0 };
    enum vector_way way;
    trace_describe(t, 1, v->framing == SP_FRAMING_IPC ? TRACE_IPC : TRACE_TCP, v->protocol->self);
    for (size_t i = 0; vector_step(v, i, &way, &octets); i++) {
        struct trace_event e = { .kind = way == VECTOR_OUT ? TRACE_IN : TRACE_OUT,
                                 .conn = 1,
                                 .octets = buf_slice(&octets) };
        if (way == VECTOR_END)
            e = (struct trace_event){ .kind = TRACE_END, .conn = 1, .note = "fin" };
        trace_add(t, &e);
        buf_clear(&octets);
    }
    buf_free(&octets);

    const char *result = json_string_value(json_object_get(v->json, "result"));
    trace_text(t, &(struct trace_meta){ .instance = v->id, .title = v->title, .verdict = result },
               stdout);
    trace_free(t);
    char *events = json_dumps(json_object_get(v->json, "events"), JSON_COMPACT);
    printf("events: %s\nstate: %s\n\n", events ? events : "",
           json_string_value(json_object_get(v->json, "state")));
    free(events);
}

static int show(const char *path, const char *id)
{
    struct vector_file f;
    size_t shown = 0;
    if (!load(&f, path))
        return 2;
    for (size_t i = 0; i < f.n; i++) {
        if (id && strcmp(id, f.v[i].id) != 0)
            continue;
        show_vector(&f.v[i]);
        shown++;
    }
    vector_file_free(&f);
    return shown ? 0 : complain("vectors", "%s: there is no vector %s in it", path, id);
}

int cmd_vectors(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    const char *last = argc == 3 ? argv[2] : verb; /* also behind check, show and record */
    if (strcmp(last, "--help") == 0 || strcmp(last, "-h") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (strcmp(verb, "check") == 0)
        return argc > 2 ? check(argc - 2, argv + 2) : usage("check takes the files to check");
    if (strcmp(verb, "show") == 0)
        return argc == 3 || argc == 4 ? show(argv[2], argv[3])
                                      : usage("show takes a file and perhaps an id");
    if (strcmp(verb, "record") == 0)
        return argc > 3 ? vectors_record(argv[2], argv + 3)
                        : usage("record takes a file and the adapter's command");
    return usage(*verb ? "check, show or record is what it can do" : "check, show or record?");
}
