#include <unbound.h>
/* Swift's Glibc module leaves these out: the thread that serves libunbound also polls an eventfd(2), and the heap that many
 * short-lived contexts share is limited with mallopt(3). */
#include <malloc.h>
#include <sys/eventfd.h>

#include <stdio.h>

/* fopencookie(3), which Swift's module of the C library does not show. */
typedef struct {
    void *read;
    long (*write)(void *cookie, const char *bytes, size_t count);
    void *seek;
    void *close;
} cunbound_stream_functions;

extern FILE *cunbound_stream(void *cookie, const char *mode, cunbound_stream_functions functions) __asm__("fopencookie");
