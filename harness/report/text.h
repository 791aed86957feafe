/* text.h -- text of unknown origin, made safe for where it goes.
 *
 * A result carries words of a peer (its error texts, its stderr).  Control characters, octets that
 * are not UTF-8, and characters that reorder or hide what follows are shown as \x1b or \u202e in
 * every form, so none of them reaches a terminal or breaks a file. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H
#include <stdint.h>
#include <stdio.h>

enum text_form {
    TEXT_LINE,            /* one line: a newline becomes \n */
    TEXT_PLAIN,           /* newlines and tabs stay */
    TEXT_XML,             /* content or "attribute": & < > " ' too; newlines stay */
    TEXT_XML_LINE,        /* the same, newlines and tabs as character references */
    TEXT_QUOTED,          /* inside "..." of YAML or JSON: \ and " escaped too */
    TEXT_TAP,             /* a TAP description or reason: \ and # escaped too */
    TEXT_GITHUB,          /* the message of a workflow command: %, CR and LF */
    TEXT_GITHUB_PROPERTY, /* its properties: also : and , */
};

void text_put(FILE *, const char *text, enum text_form);
/* The same in memory; NULL: none left.  The caller frees. */
char *text_made(const char *text, enum text_form);
/* Octets of the UTF-8 character at `s` (a C string), which goes to *out; 0: it is none. */
unsigned text_utf8(const char *s, uint32_t *out);

#endif
