#include "core/script.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "CASE(id," -- or, where the line became too long, the id alone on the next one. */
static bool starts_case(const char *const *line, const char *id)
{
    if (strncmp(line[0], "CASE(", 5) != 0)
        return false;
    const char *p = line[0] + 5;
    if (*p == '\0' && line[1])
        p = line[1] + strspn(line[1], " ");
    size_t n = strlen(id);
    return strncmp(p, id, n) == 0 && (p[n] == ',' || p[n] == ')' || p[n] == ' ' || p[n] == '\0');
}

const char *const *script_of(const struct conf_case *c, size_t *count, int *first,
                             const char **path)
{
    for (const struct embedded *e = embedded_scripts; e->path; e++) {
        if (strcmp(last_part(e->path), last_part(c->file)) != 0)
            continue;
        size_t from = 0;
        while (from < e->count && !starts_case(e->lines + from, c->id))
            from++;
        size_t to = from;
        while (to < e->count && strcmp(e->lines[to], "}") != 0)
            to++;
        if (to == e->count)
            continue;
        *count = to - from + 1;
        *first = (int)from + 1;
        *path = e->path;
        return e->lines + from;
    }
    return NULL;
}

char *script_joined(const char *const *lines, size_t count)
{
    size_t total = 1;
    for (size_t i = 0; i < count; i++)
        total += strlen(lines[i]) + 1;
    char *text = malloc(total), *end = text;
    if (!text)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        end = stpcpy(end, lines[i]);
        *end++ = '\n';
    }
    *end = '\0';
    return text;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Behind the string or character literal that begins at p. */
static const char *behind_literal(const char *p)
{
    char quote = *p++;
    while (*p && *p != quote)
        p += *p == '\\' && p[1] ? 2 : 1;
    return *p ? p + 1 : p;
}

static const char *behind_comment(const char *p)
{
    const char *end = p[1] == '*' ? strstr(p + 2, "*/") : strchr(p, '\n');
    if (!end)
        return p + strlen(p);
    return p[1] == '*' ? end + 2 : end;
}

static bool is_comment(const char *p)
{
    return p[0] == '/' && (p[1] == '*' || p[1] == '/');
}

/* Copies [from, to) with runs of white space, line ends too, as one space and none at the ends. */
static void copy_trimmed(char *out, size_t cap, const char *from, const char *to)
{
    size_t n = 0;
    bool gap = false;
    for (const char *p = from; p < to && n + 5 < cap; p++) {
        if (isspace((unsigned char)*p)) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        out[n++] = *p;
        if (n + 5 >= cap && p + 1 < to) {
            memcpy(out + n, "...", 3);
            n += 3;
        }
    }
    out[n] = '\0';
}

static void split_arguments(const char *p, struct call_text *out)
{
    int depth = 1;
    const char *from = p;
    out->count = 0;
    while (*p && depth > 0) {
        if (*p == '"' || *p == '\'') {
            p = behind_literal(p);
            continue;
        }
        if (is_comment(p)) {
            p = behind_comment(p);
            continue;
        }
        depth += strchr("([{", *p) != NULL;
        depth -= strchr(")]}", *p) != NULL;
        if ((depth == 1 && *p == ',') || depth == 0) {
            if (out->count < CALL_ARGS)
                copy_trimmed(out->args[out->count], sizeof(out->args[0]), from, p);
            out->count += out->count < CALL_ARGS;
            from = p + 1;
        }
        p++;
    }
}

/* `name = call(`: the last word before the sign of equality, with an index if it has one. */
static void find_result(const char *text, const char *call, struct call_text *out)
{
    const char *p = call;
    while (p > text && isspace((unsigned char)p[-1]))
        p--;
    out->result[0] = '\0';
    if (p == text || *--p != '=' || (p > text && strchr("=!<>+-", p[-1])))
        return;
    while (p > text && isspace((unsigned char)p[-1]))
        p--;
    const char *end = p;
    while (p > text && (in_word(p[-1]) || p[-1] == '[' || p[-1] == ']'))
        p--;
    copy_trimmed(out->result, sizeof(out->result), p, end);
}

static bool is_one_of(const char *const *names, const char *word, size_t n)
{
    for (; *names; names++)
        if (strlen(*names) == n && memcmp(*names, word, n) == 0)
            return true;
    return false;
}

bool next_call(const char **at, const char *const *names, struct call_text *out)
{
    const char *text = *at, *p = text;
    while (*p) {
        if (*p == '"' || *p == '\'') {
            p = behind_literal(p);
        } else if (is_comment(p)) {
            p = behind_comment(p);
        } else if (in_word(*p)) {
            const char *word = p;
            while (in_word(*p))
                p++;
            size_t n = (size_t)(p - word);
            const char *open = p + strspn(p, " \n");
            if (*open != '(' || n >= sizeof(out->name) || !is_one_of(names, word, n))
                continue;
            memcpy(out->name, word, n);
            out->name[n] = '\0';
            find_result(text, word, out);
            split_arguments(open + 1, out);
            *at = open + 1;
            return true;
        } else {
            p++;
        }
    }
    *at = p;
    return false;
}
