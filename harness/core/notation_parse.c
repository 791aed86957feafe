/* notation_parse.c -- the text of a pattern to one test per octet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/notation_program.h"

struct parser {
    const char *text, *p;
    const struct captures *known;
    struct program *out;
    struct buf *why;
    size_t item;         /* first cell of the item before, for a repeat */
    bool item_done;      /* there is an item before that can be repeated */
    size_t inside;       /* 1 + index of the capture being read, or 0 */
    const char *capture; /* where it began */
};

void notation_complain(struct buf *why, const char *text, size_t at, const char *what)
{
    if (!why)
        return;
    buf_printf(why, "character %zu: %s, in \"", at + 1, what);
    size_t length = strlen(text);
    size_t shown = length > 200 ? 200 : length;
    for (size_t i = 0; i < shown; i++)
        buf_u8(why, text[i] >= ' ' && text[i] <= '~' ? (uint8_t)text[i] : '?');
    buf_printf(why, shown < length ? "...\"" : "\"");
}

static bool wrong_at(struct parser *s, const char *where, const char *what)
{
    notation_complain(s->why, s->text, (size_t)(where - s->text), what);
    return false;
}

static bool wrong(struct parser *s, const char *what)
{
    return wrong_at(s, s->p, what);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && is_digit(c));
}

static bool room(struct parser *s, size_t more)
{
    struct program *o = s->out;
    if (more > PATTERN_MAX || o->n + more > PATTERN_MAX)
        return wrong_at(s, s->p, "more than 8 MiB");
    if (o->n + more <= o->cap)
        return true;
    size_t cap = o->cap ? o->cap : 32;
    while (cap < o->n + more)
        cap *= 2;
    struct cell *cells = realloc(o->cells, cap * sizeof *cells);
    if (!cells)
        return wrong(s, "out of memory");
    o->cells = cells;
    o->cap = cap;
    return true;
}

static bool put(struct parser *s, uint8_t value, uint8_t mask, bool text)
{
    if (!room(s, 1))
        return false;
    s->out->cells[s->out->n++] =
        (struct cell){ .value = value, .mask = mask, .text = text, .field = (uint16_t)s->inside };
    return true;
}

static void no_value(struct parser *s)
{
    size_t at = (size_t)(s->p - s->text);
    if (at < s->out->open_at)
        s->out->open_at = at;
}

static struct field *new_field(struct parser *s)
{
    struct program *o = s->out;
    if (o->field_count == o->field_cap) {
        size_t cap = o->field_cap ? 2 * o->field_cap : 4;
        struct field *fields = cap <= UINT16_MAX ? realloc(o->fields, cap * sizeof *fields) : NULL;
        if (!fields) {
            wrong(s, "too many names");
            return NULL;
        }
        o->fields = fields;
        o->field_cap = cap;
    }
    struct field *f = &o->fields[o->field_count++];
    *f = (struct field){ .start = o->n, .same_as = SIZE_MAX };
    return f;
}

static bool read_name(struct parser *s, struct field *f)
{
    size_t n = 0;
    while (is_name(s->p[n], n == 0))
        n++;
    if (n == 0)
        return wrong(s, "a name was expected");
    if (n > NAME_MAX_LENGTH)
        return wrong(s, "a name of over 31 characters");
    memcpy(f->name, s->p, n);
    s->p += n;
    return true;
}

/* ---- items; each leaves s->p behind what it read ---- */

static bool hex_octet(struct parser *s)
{
    int high = hex_value(s->p[0]), low = hex_value(s->p[1]);
    if (low < 0)
        return wrong(s, "half an octet: hex digits come in pairs");
    if (!put(s, (uint8_t)(high << 4 | low), 0xff, false))
        return false;
    s->p += 2;
    return true;
}

static bool any_octet(struct parser *s)
{
    if (s->p[1] != '.')
        return wrong(s, "half an octet: any octet is two dots");
    no_value(s);
    if (!put(s, 0, 0, false))
        return false;
    s->p += 2;
    return true;
}

static bool bits(struct parser *s)
{
    uint8_t value = 0, mask = 0;
    for (int i = 1; i <= 8; i++) {
        char c = s->p[i];
        if (c != '0' && c != '1' && c != '.')
            return wrong_at(s, s->p + i, "% takes eight of 0, 1 and .");
        value = (uint8_t)(value << 1 | (c == '1'));
        mask = (uint8_t)(mask << 1 | (c != '.'));
    }
    if (mask != 0xff)
        no_value(s);
    if (!put(s, value, mask, false))
        return false;
    s->p += 9;
    return true;
}

static bool quoted(struct parser *s)
{
    const char *open = s->p++;
    for (; *s->p != '\''; s->p++) {
        if (*s->p == '\0')
            return wrong_at(s, open, "text without its closing quote");
        if (*s->p < ' ' || *s->p > '~')
            return wrong(s, "text is printable ASCII: write other octets in hex");
        if (!put(s, (uint8_t)*s->p, 0xff, true))
            return false;
    }
    s->p++;
    return true;
}

static bool read_number(struct parser *s, uint64_t limit, uint64_t *out)
{
    const char *start = s->p;
    unsigned base = 10;
    if (s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X')) {
        base = 16;
        s->p += 2;
    }
    uint64_t value = 0;
    const char *digits = s->p;
    for (int d; (d = hex_value(*s->p)) >= 0 && (unsigned)d < base; s->p++) {
        if (value > (UINT64_MAX - (unsigned)d) / base || value * base + (unsigned)d > limit)
            return wrong_at(s, start, "the number is out of range");
        value = value * base + (unsigned)d;
    }
    if (s->p == digits)
        return wrong(s, "a number was expected");
    if (is_name(*s->p, false))
        return wrong(s, "the number ends in something else");
    *out = value;
    return true;
}

static bool integer(struct parser *s)
{
    int width = s->p[1] == '1' ? 2 : s->p[1] == '3' ? 4 : 8;
    if (strncmp(s->p, "u16:", 4) != 0 && strncmp(s->p, "u32:", 4) != 0 &&
        strncmp(s->p, "u64:", 4) != 0)
        return wrong(s, "integers are u16: u32: u64:");
    s->p += 4;
    uint64_t value;
    if (!read_number(s, width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1, &value))
        return false;
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        if (!put(s, (uint8_t)(value >> shift), 0xff, false))
            return false;
    return true;
}

/* $name: a capture of this very pattern, else of an earlier one. */
static bool again(struct parser *s)
{
    const char *dollar = s->p++;
    struct field *f = new_field(s);
    if (!f || !read_name(s, f))
        return false;
    struct program *o = s->out;
    size_t mine = o->field_count; /* 1 + its index */
    for (size_t i = mine - 1; i-- > 0;) {
        const struct field *c = &o->fields[i];
        if (!c->capture || strcmp(c->name, f->name) != 0)
            continue;
        if (i + 1 == s->inside)
            return wrong_at(s, dollar, "a capture that names itself");
        f->same_as = c->start;
        f->length = c->length;
        break;
    }
    struct slice octets = { 0 };
    if (f->same_as == SIZE_MAX) {
        if (!captures_get(s->known, f->name, &octets))
            return wrong_at(s, dollar, "nothing was captured under this name");
        f->length = octets.n;
    }
    bool back = f->same_as != SIZE_MAX;
    size_t length = f->length;
    if (!room(s, length))
        return false;
    for (size_t i = 0; i < length; i++)
        o->cells[o->n++] = (struct cell){ .value = back ? 0 : octets.p[i],
                                          .mask = back ? 0 : 0xff,
                                          .field = (uint16_t)mine };
    return true;
}

static bool open_capture(struct parser *s)
{
    if (s->inside)
        return wrong(s, "a capture within a capture");
    no_value(s);
    s->capture = s->p++;
    struct field *f = new_field(s);
    if (!f || !read_name(s, f))
        return false;
    if (*s->p != ':')
        return wrong(s, "a capture is written <name: ...>");
    s->p++;
    f->capture = true;
    s->inside = s->out->field_count;
    s->item_done = false;
    return true;
}

static bool close_capture(struct parser *s)
{
    if (!s->inside)
        return wrong(s, "> without a capture to close");
    struct field *f = &s->out->fields[s->inside - 1];
    f->length = s->out->n - f->start;
    f->rest = s->out->open_ended;
    s->inside = 0;
    s->item_done = false;
    s->p++;
    return true;
}

static bool repeat(struct parser *s)
{
    if (!s->item_done)
        return wrong(s, "there is no item before * to repeat");
    const char *star = s->p++;
    uint64_t times;
    if (!read_number(s, PATTERN_MAX, &times))
        return false;
    struct program *o = s->out;
    size_t length = o->n - s->item;
    if (times == 0) {
        o->n = s->item;
        s->item_done = false;
        return true;
    }
    const char *behind = s->p;
    s->p = star;
    if ((length && times > PATTERN_MAX / length) || !room(s, length * (size_t)(times - 1)))
        return length && times > PATTERN_MAX / length ? wrong(s, "more than 8 MiB") : false;
    s->p = behind;
    size_t end = o->n + length * (size_t)(times - 1);
    while (o->n < end) { /* what is there already, and so doubled */
        size_t have = o->n - s->item, n = have < end - o->n ? have : end - o->n;
        memcpy(o->cells + o->n, o->cells + s->item, n * sizeof *o->cells);
        o->n += n;
    }
    s->item_done = false;
    return true;
}

static bool the_rest(struct parser *s)
{
    no_value(s);
    s->out->open_ended = true;
    s->p++;
    s->item_done = false;
    return true;
}

static bool item(struct parser *s)
{
    if (*s->p == '*' && is_digit(s->p[1]) && !s->out->open_ended)
        return repeat(s);
    if (*s->p == '>')
        return close_capture(s);
    if (s->out->open_ended)
        return wrong(s, "* is the rest: nothing can follow");
    if (*s->p == '*')
        return the_rest(s);
    if (*s->p == '<')
        return open_capture(s);

    s->item = s->out->n;
    s->item_done = true;
    if (hex_value(*s->p) >= 0)
        return hex_octet(s);
    if (*s->p == '\'')
        return quoted(s);
    if (*s->p == '.')
        return any_octet(s);
    if (*s->p == '%')
        return bits(s);
    if (*s->p == '$')
        return again(s);
    if (*s->p == 'u')
        return integer(s);
    return wrong(s, "no such item");
}

bool program_parse(struct program *out, const char *text, const struct captures *known,
                   struct buf *why)
{
    struct parser s = { .text = text, .p = text, .known = known, .out = out, .why = why };
    out->open_at = SIZE_MAX;
    for (;;) {
        while (is_space(*s.p))
            s.p++;
        if (*s.p == '\0')
            break;
        if (!item(&s))
            return false;
    }
    return s.inside ? wrong_at(&s, s.capture, "a capture that is not closed") : true;
}

void program_free(struct program *p)
{
    free(p->cells);
    free(p->fields);
    *p = (struct program){ 0 };
}
