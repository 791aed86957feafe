/* hexdump.c -- octets as people have them at hand. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "core/notation.h"
#include "trace/hex.h"
#include "trace/hexdump.h"

static size_t hex_digits(const char *s)
{
    size_t n = 0;
    while (isxdigit((unsigned char)s[n]))
        n++;
    return n;
}

/* "00000010: 0053 5000 0030 0000  .SP..0.." */
static bool from_xxd(char *line, char **hex)
{
    size_t offset = hex_digits(line);
    if (offset < 4 || line[offset] != ':')
        return false;
    *hex = line + offset + 1;
    *hex += strspn(*hex, " ");
    char *gap = strstr(*hex, "  ");
    if (gap)
        *gap = '\0';
    return true;
}

/* "00000010  00 53 50 00 00 30 00 00  00 ...  |.SP..0..|"; behind such lines also an offset
 * alone, the last line of the dump. */
static bool from_hexdump(char *line, char **hex, bool *dump)
{
    size_t offset = hex_digits(line);
    char *bar = strchr(line, '|');
    if (bar && offset >= 7 && strncmp(line + offset, "  ", 2) == 0) {
        *bar = '\0';
        *dump = true;
    } else if (!*dump || line[offset] != '\0') {
        return false;
    }
    *hex = line + offset;
    return true;
}

/* A # that is not inside 'text'. */
static void cut_comment(char *line)
{
    bool quoted = false;
    for (; *line; line++) {
        if (*line == '\'')
            quoted = !quoted;
        if (*line == '#' && !quoted) {
            *line = '\0';
            return;
        }
    }
}

static void cut_blanks(char *line)
{
    size_t n = strlen(line);
    while (n && isspace((unsigned char)line[n - 1]))
        line[--n] = '\0';
}

static void flush(struct trace *t, enum trace_kind kind, struct buf *octets)
{
    if (octets->n)
        trace_add(t, &(struct trace_event){ .kind = kind, .conn = 1, .octets = buf_slice(octets) });
    buf_clear(octets);
}

static bool read_line(char *line, bool *in_dump, struct buf *octets, struct buf *why)
{
    char *hex = line;
    bool dump = from_xxd(line, &hex) || from_hexdump(line, &hex, in_dump);
    if (!dump) {
        cut_comment(line);
        return notation_emit(line, NULL, octets, why);
    }
    bool ok = hex_read(hex, octets);
    if (!ok)
        buf_printf(why, "this looks like a hex dump, but is not");
    return ok;
}

bool hexdump_read(const char *text, struct trace *t, struct buf *why)
{
    char *copy = strdup(text);
    struct buf octets = { 0 }, fault = { 0 };
    enum trace_kind kind = TRACE_IN;
    bool ok = copy != NULL, in_dump = false;
    size_t number = 0;
    for (char *line = copy, *next; ok && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        number++;
        line += strspn(line, " \t\r");
        cut_blanks(line);
        if (*line == '>' || *line == '<') {
            flush(t, kind, &octets);
            kind = *line == '>' ? TRACE_OUT : TRACE_IN;
            line++;
            line += strspn(line, " \t");
        }
        ok = read_line(line, &in_dump, &octets, &fault);
    }
    if (ok)
        flush(t, kind, &octets);
    else
        buf_printf(why, "line %zu: %s", number, fault.n ? buf_text(&fault) : "out of memory");
    buf_free(&fault);
    buf_free(&octets);
    free(copy);
    return ok;
}
