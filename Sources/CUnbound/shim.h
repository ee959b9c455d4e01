#include <unbound.h>
/* Swift's Glibc module does not have these. The thread that serves libunbound polls an eventfd(2) too, and mallopt(3)
 * limits the heaps that many short-lived contexts share. */
#include <malloc.h>
#include <sys/eventfd.h>

#include <stdio.h>

/* fopencookie(3), which Swift's Glibc module does not have either. */
typedef struct {
    void *read;
    long (*write)(void *cookie, const char *bytes, size_t count);
    void *seek;
    void *close;
} cunbound_stream_functions;

extern FILE *cunbound_stream(void *cookie, const char *mode, cunbound_stream_functions functions)
    __asm__("fopencookie");
