/* record.c -- vectors recorded from a live implementation, and what changed since last time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "trace/complain.h"
#include "vectors/check.h"
#include "vectors/exchange.h"
#include "vectors/record.h"

/* The octets that differ from recording to recording, as zeros; and no headers in the events, for
 * they repeat them. */
static json_t *comparable(const json_t *vector)
{
    json_t *copy = json_deep_copy(vector);
    json_t *steps = json_object_get(copy, "conversation");
    const json_t *random = json_object_get(json_object_get(copy, "provenance"), "random");
    for (size_t i = 0; i < json_array_size(random); i++) {
        const json_t *r = json_array_get(random, i);
        json_t *step =
            json_array_get(steps, (size_t)json_integer_value(json_object_get(r, "step")));
        size_t from = 2 * (size_t)json_integer_value(json_object_get(r, "offset"));
        size_t n = 2 * (size_t)json_integer_value(json_object_get(r, "length"));
        void *entry = json_object_iter(step);
        const char *key = entry ? json_object_iter_key(entry) : "";
        const char *octets = json_string_value(json_object_get(step, key));
        char *hex = octets ? strdup(octets) : NULL;
        if (hex && from + n <= strlen(hex)) {
            memset(hex + from, '0', n);
            json_object_set_new(step, key, json_string(hex));
        }
        free(hex);
    }
    json_t *events = json_object_get(copy, "events");
    for (size_t i = 0; json_array_size(random) && i < json_array_size(events); i++)
        json_object_del(json_array_get(events, i), "header");
    return copy;
}

static const json_t *find(const json_t *vectors, const json_t *like)
{
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        const json_t *v = json_array_get(vectors, i);
        if (json_equal(json_object_get(v, "id"), json_object_get(like, "id")))
            return v;
    }
    return NULL;
}

static const char *id_of(const json_t *vector)
{
    return json_string_value(json_object_get(vector, "id"));
}

static unsigned say_changes(const json_t *before, const json_t *after)
{
    unsigned changes = 0;
    for (size_t i = 0; i < json_array_size(after); i++) {
        const json_t *now = json_array_get(after, i), *then = find(before, now);
        json_t *a = comparable(now), *b = then ? comparable(then) : NULL;
        if (!then || !json_equal(a, b)) {
            printf("%s: %s\n", id_of(now), then ? "changed" : "new");
            changes++;
        }
        json_decref(a);
        json_decref(b);
    }
    for (size_t i = 0; i < json_array_size(before); i++) {
        const json_t *then = json_array_get(before, i);
        if (!find(after, then)) {
            printf("%s: gone\n", id_of(then) ? id_of(then) : "(no id)");
            changes++;
        }
    }
    return changes;
}

/* ---- writing, one step or event a line, so that a change is a line in a diff ---- */

static void put_value(FILE *out, const char *key, const json_t *value, bool last)
{
    bool lines = strcmp(key, "conversation") == 0 || strcmp(key, "events") == 0;
    if (lines && json_array_size(value)) {
        fprintf(out, "      \"%s\": [\n", key);
        for (size_t i = 0; i < json_array_size(value); i++) {
            fputs("        ", out);
            json_dumpf(json_array_get(value, i), out, JSON_ENCODE_ANY);
            fputs(i + 1 < json_array_size(value) ? ",\n" : "\n", out);
        }
        fprintf(out, "      ]%s\n", last ? "" : ",");
    } else {
        fprintf(out, "      \"%s\": ", key);
        json_dumpf(value, out, JSON_ENCODE_ANY);
        fprintf(out, "%s\n", last ? "" : ",");
    }
}

static bool write_file(const char *path, const struct recording *r, json_t *vectors)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    fprintf(out,
            "{\n  \"$schema\": \"vector.schema.json\",\n"
            "  \"topic\": \"recorded from %s %s\",\n"
            "  \"description\": \"One short exchange per endpoint type and transport; the "
            "implementation listens.\",\n  \"vectors\": [\n",
            r->name, r->version);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        json_t *v = json_array_get(vectors, i);
        fputs("    {\n", out);
        const char *key;
        json_t *value;
        size_t left = json_object_size(v);
        json_object_foreach(v, key, value) put_value(out, key, value, --left == 0);
        fputs(i + 1 < json_array_size(vectors) ? "    },\n" : "    }\n", out);
    }
    fputs("  ]\n}\n", out);
    return fclose(out) == 0;
}

/* What our own codec makes of the octets; the order of keys is that of the other files. */
static bool complete(json_t *vector)
{
    struct vector v = {
        .json = vector,
        .protocol = sp_protocol_named(json_string_value(json_object_get(vector, "protocol"))),
        .framing = strcmp(json_string_value(json_object_get(vector, "transport")), "ipc") == 0
                       ? SP_FRAMING_IPC
                       : SP_FRAMING_TCP,
        .ttl = 8,
    };
    const char *state;
    json_t *events = vector_events(&v, &state);
    if (!events)
        return false;
    static const char *const later[] = { "result", "provenance" };
    json_object_set_new(vector, "events", events);
    json_object_set_new(vector, "state", json_string(state));
    for (size_t i = 0; i < 2; i++) {
        json_t *value = json_incref(json_object_get(vector, later[i]));
        json_object_del(vector, later[i]);
        json_object_set_new(vector, later[i], value);
    }
    return true;
}

static json_t *record_all(struct recording *r)
{
    json_t *vectors = json_array();
    for (size_t i = 0; i < sp_protocol_count; i++) {
        const struct sp_protocol *p = &sp_protocols[i];
        for (int ipc = 0; ipc < 2; ipc++) {
            json_t *vector = NULL;
            buf_clear(r->why);
            enum exchange_result result =
                exchange(r, p, ipc ? SP_FRAMING_IPC : SP_FRAMING_TCP, &vector);
            if (result == EXCHANGE_NA)
                continue;
            if (result == EXCHANGE_FAILED || !complete(vector)) {
                complain("vectors", "%s over %s: %s", p->name, ipc ? "ipc" : "tcp",
                         r->why->n ? buf_text(r->why) : "out of memory");
                json_decref(vectors);
                return NULL;
            }
            json_array_append_new(vectors, vector);
        }
    }
    return vectors;
}

static int record_into(const char *path, struct recording *r)
{
    bool fresh = access(path, F_OK) != 0;
    json_error_t broken;
    json_t *before = fresh ? NULL : json_load_file(path, 0, &broken);
    if (!fresh && !before)
        return complain("vectors", "%s:%d: %s", path, broken.line, broken.text);
    json_t *after = record_all(r);
    int status = 2;
    if (after) {
        unsigned changes = say_changes(json_object_get(before, "vectors"), after);
        status = changes && !fresh ? 1 : 0;
        printf("%zu recorded from %s %s, %u changed\n", json_array_size(after), r->name, r->version,
               fresh ? 0 : changes);
        /* Ids drawn anew are no reason to touch the file. */
        if (changes && !write_file(path, r, after))
            status = complain("vectors", "%s: %s", path, strerror(errno));
    }
    json_decref(before);
    json_decref(after);
    return status;
}

/* "ok NAME VERSION FEATURE..." */
static bool hello(struct recording *r, char *name, char *version)
{
    struct buf answer = { 0 };
    bool ok = adapter_ask(r->adapter, &answer, "hello 1") &&
              sscanf(buf_text(&answer), "ok %31s %31s", name, version) == 2;
    buf_free(&answer);
    return ok;
}

int vectors_record(const char *path, char **command)
{
    struct adapter adapter;
    struct buf why = { 0 };
    char name[32], version[32], directory[64];
    const char *base = getenv("TMPDIR");
    int status = 2;
    snprintf(directory, sizeof directory, "%s/spconform.XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    if (!adapter_start(&adapter, command, &why) || !mkdtemp(directory)) {
        complain("vectors", "%s: %s", command[0], why.n ? buf_text(&why) : strerror(errno));
        directory[0] = '\0';
    } else {
        struct recording r = { .adapter = &adapter,
                               .name = name,
                               .version = version,
                               .directory = directory,
                               .why = &why };
        status =
            hello(&r, name, version)
                ? record_into(path, &r)
                : complain("vectors", "%s cannot be run, or does not answer hello", command[0]);
    }
    adapter_stop(&adapter);
    if (directory[0])
        rmdir(directory);
    buf_free(&why);
    return status;
}
