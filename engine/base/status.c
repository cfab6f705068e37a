#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), 0 when there is none. */
static size_t utf8_len(const unsigned char *s)
{
    static const struct {
        unsigned char first_lo, first_hi, second_lo, second_hi, len;
    } form[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (s[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        if (s[0] < form[i].first_lo || s[0] > form[i].first_hi)
            continue;
        if (s[1] < form[i].second_lo || s[1] > form[i].second_hi)
            return 0;
        for (size_t j = 2; j < form[i].len; j++)
            if ((s[j] & 0xc0) != 0x80)
                return 0;
        return form[i].len;
    }
    return 0;
}

/* Paths may hold anything: what is not UTF-8, or would break the line, becomes '?'. */
static void make_printable(char *text)
{
    unsigned char *s = (unsigned char *)text;

    while (*s) {
        const size_t len = utf8_len(s);

        if (len == 0 || *s < 0x20 || *s == 0x7f) {
            *s++ = '?';
            continue;
        }
        s += len;
    }
}

enum quill_status quill_fail(struct quill_error *err, enum quill_status code, const char *format, ...)
{
    if (err) {
        va_list args;

        err->code = code;
        err->os_error = 0;
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        make_printable(err->message);
    }
    return code;
}

enum quill_status quill_fail_io(struct quill_error *err, int os_error, const char *what, const char *path)
{
    quill_fail(err, QUILL_ERR_IO, "cannot %s %s: %s", what, path, strerror(os_error));
    if (err)
        err->os_error = os_error;
    return QUILL_ERR_IO;
}
