#include <unbound.h>
/* Swift's Glibc module leaves these out: the thread that serves libunbound also polls an eventfd(2), and the heap that many
 * short-lived contexts share is limited with mallopt(3). */
#include <malloc.h>
#include <sys/eventfd.h>
