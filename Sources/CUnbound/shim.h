#include <unbound.h>
/* The thread that serves libunbound also polls an eventfd(2), which Swift's Glibc module leaves out. */
#include <sys/eventfd.h>
