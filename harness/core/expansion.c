#include "core/expansion.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/script.h"

enum { DEPTH_MAX = 4 };

static size_t word_length(const char *p)
{
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return n;
}

/* Where `name(` or, for one called by a macro that adds the place, `name_(` stands in the line. */
static const char *signature(const char *line, const char *name, size_t n)
{
    if (!isalpha((unsigned char)line[0]) || strncmp(line, "CASE(", 5) == 0)
        return NULL;
    for (const char *p = line; *p && *p != '('; p++) {
        if (!isalpha((unsigned char)*p))
            continue;
        size_t length = word_length(p);
        bool same = length >= n && memcmp(p, name, n) == 0;
        if (same && (p[n] == '(' || (p[n] == '_' && p[n + 1] == '(')))
            return p;
        p += length - 1;
        if (p[1] == '(')
            return NULL;
    }
    return NULL;
}

/* The line that closes the function begun at `from`; 0: it is a declaration only. */
static size_t last_line(const struct embedded *e, size_t from)
{
    for (size_t i = from; i < e->count; i++) {
        if (strcmp(e->lines[i], "}") == 0)
            return i;
        size_t n = strlen(e->lines[i]);
        if (e->lines[i][0] != ' ' && e->lines[i][0] != '{' && n > 0 && e->lines[i][n - 1] == ';')
            return 0;
    }
    return 0;
}

static const char *find_in(const struct embedded *e, const char *name, size_t n, struct helper *out)
{
    for (size_t i = 0; i < e->count; i++) {
        const char *at = signature(e->lines[i], name, n);
        size_t last = at ? last_line(e, i) : 0;
        if (!last)
            continue;
        *out = (struct helper){ e->path, e->lines + i, last - i + 1, (int)i + 1 };
        return at;
    }
    return NULL;
}

/* `home` is the file that calls: its own helper comes before one of the same name elsewhere. */
static const char *helper_find(const char *home, const char *name, size_t n, struct helper *out)
{
    const char *at = NULL;
    for (const struct embedded *e = embedded_scripts; e->path && !at; e++)
        if (strcmp(e->path, home) == 0)
            at = find_in(e, name, n, out);
    for (const struct embedded *e = embedded_scripts; e->path && !at; e++)
        if (strcmp(e->path, home) != 0)
            at = find_in(e, name, n, out);
    return at;
}

/* The last word of a parameter's declaration is its name. */
static const char *parameter_name(const char *declaration, size_t *n)
{
    const char *end = declaration + strlen(declaration);
    while (end > declaration && !word_length(end - 1))
        end--;
    const char *p = end;
    while (p > declaration && word_length(p - 1))
        p--;
    *n = (size_t)(end - p);
    return p;
}

static const char *behind(const char *p)
{
    int depth = 0;
    do {
        if (*p == '"' || *p == '\'') {
            char quote = *p++;
            while (*p && *p != quote)
                p += *p == '\\' && p[1] ? 2 : 1;
        }
        depth += *p == '(';
        depth -= *p == ')';
    } while (*p && *p++ && depth > 0);
    return p;
}

/* Whose text is being written out, how deep in helpers, and where to. */
struct place {
    const char *file;
    unsigned depth;
    FILE *to;
    struct expansion *out;
};

static void note_used(struct expansion *out, const struct helper *h)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->used[i].lines == h->lines)
            return;
    if (out->count < HELPERS_MAX)
        out->used[out->count++] = *h;
}

static void expand(const char *text, const struct call_text *parameters,
                   const struct call_text *arguments, const struct place *where);

static bool put_argument(const char *word, size_t n, const struct call_text *parameters,
                         const struct call_text *arguments, FILE *to)
{
    for (size_t i = 0; i < parameters->count && i < arguments->count; i++) {
        size_t length;
        const char *name = parameter_name(parameters->args[i], &length);
        if (length != n || memcmp(name, word, n) != 0)
            continue;
        fputs(arguments->args[i], to);
        return true;
    }
    return false;
}

/* Copies the string or character literal at p; returns what is behind it. */
static const char *put_literal(const char *p, FILE *to)
{
    char quote = *p;
    do {
        fputc(*p, to);
        if (*p == '\\' && p[1])
            fputc(*++p, to);
    } while (*++p && *p != quote);
    if (*p)
        fputc(*p++, to);
    return p;
}

static void put_text(const char *p, const struct call_text *parameters,
                     const struct call_text *arguments, FILE *to)
{
    while (*p) {
        size_t n = word_length(p);
        if (*p == '"' || *p == '\'') {
            p = put_literal(p, to);
        } else if (n == 0) {
            fputc(*p++, to);
        } else {
            if (!put_argument(p, n, parameters, arguments, to))
                fprintf(to, "%.*s", (int)n, p);
            p += n;
        }
    }
}

/* The arguments of a call within a helper, in terms of the script that called the helper. */
static void substitute(struct call_text *call, const struct call_text *parameters,
                       const struct call_text *arguments)
{
    for (size_t i = 0; i < call->count; i++) {
        char *text = NULL;
        size_t size;
        FILE *to = open_memstream(&text, &size);
        if (!to)
            return;
        put_text(call->args[i], parameters, arguments, to);
        if (fclose(to) == 0)
            snprintf(call->args[i], sizeof(call->args[i]), "%s", text);
        free(text);
    }
}

/* Writes the body of the helper called at `call`, within one whose parameters `outer` were `given`
 * arguments; false: there is no such helper. */
static bool put_helper(const char *name, size_t n, const char *call, const struct call_text *outer,
                       const struct call_text *given, const struct place *where)
{
    struct helper h;
    const char *at = where->depth < DEPTH_MAX ? helper_find(where->file, name, n, &h) : NULL;
    if (!at)
        return false;
    const char *type = strstr(h.lines[0], "const char *");
    if (type && type < at) {
        note_used(where->out, &h); /* it makes a pattern: no step of the exchange */
        return false;
    }
    char called[24] = "", defined[24] = "";
    size_t own = word_length(at);
    if (own >= sizeof(defined))
        return false;
    memcpy(called, name, n);
    memcpy(defined, at, own);
    char *whole = script_joined(h.lines, h.count);
    if (!whole)
        return false;
    const char *from = strstr(whole, defined);
    struct call_text parameters = { .count = 0 }, arguments = { .count = 0 };
    const char *const p_names[] = { defined, NULL }, *const a_names[] = { called, NULL };
    const char *body = from && next_call(&from, p_names, &parameters) ? strchr(from, '{') : NULL;
    bool found = body && next_call(&call, a_names, &arguments);
    if (found) {
        if (own > n) { /* the place, which the macro adds */
            memmove(parameters.args[0], parameters.args[1],
                    sizeof(parameters.args[0]) * (CALL_ARGS - 1));
            parameters.count -= parameters.count > 0;
        }
        const struct place inside = { h.path, where->depth + 1, where->to, where->out };
        note_used(where->out, &h);
        substitute(&arguments, outer, given);
        expand(body, &parameters, &arguments, &inside);
    }
    free(whole);
    return found;
}

static void expand(const char *text, const struct call_text *parameters,
                   const struct call_text *arguments, const struct place *where)
{
    /* A statement for services without an adapter only: drawn it would stand beside its other. */
    static const char black_box[] = "if (is_black_box(t))";
    FILE *to = where->to;
    for (const char *p = text; *p;) {
        if (p[0] == '/' && p[1] == '*') {
            const char *end = strstr(p, "*/");
            p = end ? end + 2 : p + strlen(p);
            continue;
        }
        if (strncmp(p, black_box, strlen(black_box)) == 0) {
            p = strchr(p, ';') ? strchr(p, ';') + 1 : p + strlen(p);
            continue;
        }
        if (*p == '"' || *p == '\'') {
            p = put_literal(p, to);
            continue;
        }
        size_t n = word_length(p);
        if (n == 0) {
            fputc(*p++, to);
            continue;
        }
        bool member = p > text && (p[-1] == '.' || p[-1] == '>');
        if (p[n] == '(' && !member && put_helper(p, n, p, parameters, arguments, where)) {
            p = behind(p + n);
        } else if (p[n - 1] == '_' && strncmp(p + n, "(at, ", 5) == 0) {
            /* The function behind a macro of case.h: shown as the macro. */
            fprintf(to, "%.*s(", (int)n - 1, p);
            p += n + strlen("(at, ");
        } else if (!member && put_argument(p, n, parameters, arguments, to)) {
            p += n;
        } else {
            fprintf(to, "%.*s", (int)n, p);
            p += n;
        }
    }
}

void script_expand(const char *script, const char *file, struct expansion *out)
{
    const struct call_text none = { .count = 0 };
    size_t size;
    *out = (struct expansion){ .text = NULL };
    FILE *to = open_memstream(&out->text, &size);
    if (!to)
        return;
    const struct place top = { file, 0, to, out };
    expand(script, &none, &none, &top);
    if (fclose(to) != 0) {
        free(out->text);
        out->text = NULL;
    }
}
