#include "report/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

unsigned text_utf8(const char *s, uint32_t *out)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)*s;
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    unsigned n = c >= 0xf0 && c < 0xf8   ? 4
                 : c >= 0xe0 && c < 0xf0 ? 3
                 : c >= 0xc0 && c < 0xe0 ? 2
                                         : 0;
    if (!n)
        return 0;
    uint32_t point = c & (0x7fu >> n);
    for (unsigned i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s[i];
        if ((next & 0xc0) != 0x80) /* also the NUL at the end */
            return 0;
        point = point << 6 | (next & 0x3fu);
    }
    if (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *out = point;
    return n;
}

/* Not to be shown as itself anywhere: C0, C1, marks that reorder text, separators that some
 * readers take for line ends, and what XML 1.0 forbids. */
static bool hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffe) == 0xfffe;
}

static bool is_xml(enum text_form form)
{
    return form == TEXT_XML || form == TEXT_XML_LINE;
}

static void put_backslash(FILE *out, enum text_form form)
{
    fputs(form == TEXT_QUOTED || form == TEXT_TAP ? "\\\\" : "\\", out);
}

/* A newline or tab, where the form has a way to keep it; false: it has none. */
static bool put_space(FILE *out, char c, enum text_form form)
{
    switch (form) {
    case TEXT_PLAIN:
    case TEXT_XML:
        fputc(c, out);
        return true;
    case TEXT_XML_LINE:
        fprintf(out, "&#%d;", c);
        return true;
    case TEXT_GITHUB:
    case TEXT_GITHUB_PROPERTY:
        fprintf(out, "%%%02X", (unsigned)c);
        return true;
    case TEXT_QUOTED:
        fputs(c == '\n' ? "\\n" : "\\t", out);
        return true;
    case TEXT_LINE:
    case TEXT_TAP:
        break;
    }
    if (c == '\t') {
        fputc(' ', out);
        return true;
    }
    return false;
}

/* A printable character that the form gives a meaning to. */
static bool put_special(FILE *out, uint32_t c, enum text_form form)
{
    const char *as = NULL;
    if (is_xml(form))
        as = c == '&'    ? "&amp;"
             : c == '<'  ? "&lt;"
             : c == '>'  ? "&gt;"
             : c == '"'  ? "&quot;"
             : c == '\'' ? "&apos;"
                         : NULL;
    else if (form == TEXT_QUOTED)
        as = c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
    else if (form == TEXT_TAP)
        as = c == '#' ? "\\#" : c == '\\' ? "\\\\" : NULL;
    else if (form == TEXT_GITHUB || form == TEXT_GITHUB_PROPERTY)
        as = c == '%' ? "%25" : NULL;
    if (form == TEXT_GITHUB_PROPERTY && !as)
        as = c == ':' ? "%3A" : c == ',' ? "%2C" : NULL;
    if (as)
        fputs(as, out);
    return as;
}

void text_put(FILE *out, const char *s, enum text_form form)
{
    while (s && *s) {
        uint32_t c;
        unsigned n = text_utf8(s, &c);
        if ((*s == '\n' || *s == '\t') && put_space(out, *s, form)) {
        } else if (n == 0 || (hidden(c) && c < 0x80)) {
            put_backslash(out, form);
            if (*s == '\n')
                fputc('n', out);
            else
                fprintf(out, "x%02x", (unsigned)(unsigned char)*s);
            n = 1;
        } else if (hidden(c)) {
            put_backslash(out, form);
            fprintf(out, "u%04x", (unsigned)c);
        } else if (!put_special(out, c, form)) {
            fwrite(s, 1, n, out);
        }
        s += n;
    }
}

char *text_made(const char *text, enum text_form form)
{
    char *made = NULL;
    size_t n;
    FILE *memory = open_memstream(&made, &n);
    if (!memory)
        return NULL;
    text_put(memory, text, form);
    bool ok = !ferror(memory);
    if (fclose(memory) != 0 || !ok) {
        free(made);
        return NULL;
    }
    return made;
}
