/* vector.c -- files of vectors. */
#include <stdlib.h>
#include <string.h>
#include "trace/hex.h"
#include "vectors/vector.h"

enum { MAX_RECV_DEFAULT = 1 << 20, TTL_DEFAULT = 8 };

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool one_of(const char *word, const char *const *words)
{
    while (word && *words && strcmp(word, *words) != 0)
        words++;
    return word && *words;
}

static const char *check_steps(const struct vector *v)
{
    const json_t *steps = json_object_get(v->json, "conversation");
    if (!json_is_array(steps))
        return "no \"conversation\"";
    for (size_t i = 0; i < json_array_size(steps); i++) {
        struct buf octets = { 0 };
        enum vector_way way;
        bool ok = vector_step(v, i, &way, &octets);
        buf_free(&octets);
        if (!ok)
            return "a step is none of {\"in\": hex}, {\"out\": hex}, {\"end\": \"in\"}";
    }
    return NULL;
}

static uint64_t option(const struct vector *v, const char *name, uint64_t otherwise)
{
    const json_t *value = json_object_get(json_object_get(v->json, "options"), name);
    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : otherwise;
}

static const char *read_vector(struct vector *v)
{
    static const char *const results[] = { "valid", "invalid", "acceptable", NULL };
    static const char *const states[] = { "greeting", "open", "ended", "failed", NULL };
    static const char *const roles[] = { "listens", "dials", "either", NULL };
    static const char *const transports[] = { "tcp", "ipc", NULL };
    const char *protocol = text_at(v->json, "protocol"), *transport = text_at(v->json, "transport");
    v->title = text_at(v->json, "title");
    v->protocol = protocol ? sp_protocol_named(protocol) : NULL;
    if (!v->title)
        return "no \"title\"";
    if (!v->protocol)
        return "\"protocol\" is no endpoint type";
    if (!one_of(transport, transports))
        return "\"transport\" is not tcp or ipc";
    if (!one_of(text_at(v->json, "role"), roles))
        return "\"role\" is not listens, dials or either";
    if (!one_of(text_at(v->json, "result"), results))
        return "\"result\" is not valid, invalid or acceptable";
    if (!one_of(text_at(v->json, "state"), states))
        return "\"state\" is not greeting, open, ended or failed";
    if (!json_array_size(json_object_get(v->json, "requirements")))
        return "no \"requirements\"";
    if (!json_is_array(json_object_get(v->json, "events")))
        return "no \"events\"";
    if (!json_is_object(json_object_get(v->json, "provenance")))
        return "no \"provenance\"";
    v->framing = strcmp(transport, "ipc") == 0 ? SP_FRAMING_IPC : SP_FRAMING_TCP;
    v->max_recv = option(v, "max-recv", MAX_RECV_DEFAULT);
    v->ttl = (size_t)option(v, "ttl", TTL_DEFAULT);
    return check_steps(v);
}

static bool read_all(struct vector_file *f, const char *path, struct buf *why)
{
    const json_t *all = json_object_get(f->root, "vectors");
    size_t n = json_array_size(all);
    f->v = calloc(n ? n : 1, sizeof *f->v);
    if (!f->v || n == 0) {
        buf_printf(why, "%s: there are no \"vectors\" in it", path);
        return false;
    }
    for (; f->n < n; f->n++) {
        struct vector *v = &f->v[f->n];
        v->json = json_array_get(all, f->n);
        v->id = text_at(v->json, "id");
        const char *fault = v->id ? read_vector(v) : "no \"id\"";
        for (size_t i = 0; !fault && i < f->n; i++)
            if (strcmp(f->v[i].id, v->id) == 0)
                fault = "this id is taken by another vector";
        if (fault) {
            buf_printf(why, "%s: vector %zu (%s): %s", path, f->n + 1, v->id ? v->id : "no id",
                       fault);
            return false;
        }
    }
    return true;
}

bool vector_file_load(struct vector_file *f, const char *path, struct buf *why)
{
    json_error_t broken;
    *f = (struct vector_file){ .root = json_load_file(path, 0, &broken) };
    if (f->root)
        return read_all(f, path, why);
    if (broken.line > 0)
        buf_printf(why, "%s:%d: %s", path, broken.line, broken.text);
    else
        buf_printf(why, "%s", broken.text); /* names the file */
    return false;
}

void vector_file_free(struct vector_file *f)
{
    json_decref(f->root);
    free(f->v);
    *f = (struct vector_file){ 0 };
}

bool vector_step(const struct vector *v, size_t i, enum vector_way *way, struct buf *octets)
{
    const json_t *step = json_array_get(json_object_get(v->json, "conversation"), i);
    const char *in = text_at(step, "in"), *out = text_at(step, "out");
    if (json_object_size(step) != 1)
        return false;
    if (in || out) {
        *way = in ? VECTOR_IN : VECTOR_OUT;
        return hex_read(in ? in : out, octets);
    }
    const char *end = text_at(step, "end");
    *way = VECTOR_END;
    return end && strcmp(end, "in") == 0;
}

json_t *vector_hex(struct slice octets)
{
    struct buf text = { 0 };
    for (size_t i = 0; i < octets.n; i++)
        buf_printf(&text, "%02x", octets.p[i]);
    json_t *hex = text.failed ? NULL : json_stringn(text.n ? (const char *)text.p : "", text.n);
    buf_free(&text);
    return hex;
}
