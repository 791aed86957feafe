/* notation_program.h -- a pattern after parsing: one test per octet.  Private to notation*.c. */
#ifndef HARNESS_NOTATION_PROGRAM_H
#define HARNESS_NOTATION_PROGRAM_H
#include "core/notation.h"

enum { NAME_MAX_LENGTH = 31 };
/* Octets one pattern may describe: repeats make it easy to ask for more than there is memory. */
enum { PATTERN_MAX = 8 << 20 };

/* Accepts octet o if (o & mask) == value, or, in a field that repeats another of the same
 * pattern, if o equals the octet there. */
struct cell {
    uint8_t value, mask;
    bool text;      /* written as 'text' */
    uint16_t field; /* 1 + index into program.fields, or 0 */
};

struct field {
    char name[NAME_MAX_LENGTH + 1];
    bool capture;   /* <name: ...>, else $name */
    size_t start;   /* first cell */
    size_t length;  /* cells of one repetition */
    size_t same_as; /* $name captured by this very pattern: the cell it began at; else SIZE_MAX */
    bool rest;      /* a capture that ends in * */
};

struct program {
    struct cell *cells;
    size_t n, cap;
    struct field *fields;
    size_t field_count, field_cap;
    bool open_ended;
    size_t open_at; /* where in the text the first item is that is no value; SIZE_MAX: none */
};

/* All-zero `out` on entry.  False: malformed, `why` (may be NULL) has "character N: what, in
 * ...".  The program is to be freed either way. */
bool program_parse(struct program *out, const char *text, const struct captures *, struct buf *why);
void program_free(struct program *);

/* Whether octet `i` of `got` is one that cell `i` accepts. */
bool program_accepts(const struct program *, size_t i, struct slice got);
/* The first octet that differs, is missing or is too many; SIZE_MAX: it matches. */
size_t program_difference(const struct program *, struct slice got);

/* Appends "character N: what, in TEXT" with the text made printable. */
void notation_complain(struct buf *why, const char *text, size_t at, const char *what);

#endif
