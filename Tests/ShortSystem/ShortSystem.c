// A system that has run out of something, for a process of the tests, by LD_PRELOAD. The file that SHORT_SYSTEM names
// holds 32-bit numbers in the machine's order:
//
//   0  the errno of calls that open something; 0 if they work
//   1  how many of a hundred of them fail
//   2  the errno of pthread_create; 0 if it works
//   3  the errno of poll; 0 if it works
//   4  counts the calls that failed
//
// A machine's file table, its memory for sockets and its threads cannot be used up beside other tests.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { OPENING, SHARE, THREADS, POLLING, FAILED, COUNT };

static _Atomic int32_t *lack;
static atomic_uint calls;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("SHORT_SYSTEM");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, COUNT * sizeof *lack, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) lack = page;
    close(file);
}

static int lacks(int what)
{
    int code = lack ? lack[what] : 0;
    if (code != 0) lack[FAILED]++;
    return code;
}

// 37 and 100 have no common divisor: of each hundred calls in a row so many fail, and not all at once.
static int cannot_open(void)
{
    if (!lack || lack[OPENING] == 0 || (int32_t)(calls++ * 37 % 100) >= lack[SHARE]) return 0;
    errno = lacks(OPENING);
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define OPENS(result, none, name, parameters, ...)                                                                     \
    result name parameters { return cannot_open() ? (none) : NEXT(name)(__VA_ARGS__); }

OPENS(int, -1, socket, (int family, int type, int protocol), family, type, protocol)
OPENS(int, -1, socketpair, (int family, int type, int protocol, int pair[2]), family, type, protocol, pair)
OPENS(int, -1, accept, (int listener, struct sockaddr *address, socklen_t *length), listener, address, length)
OPENS(int, -1, accept4, (int listener, struct sockaddr *address, socklen_t *length, int flags), listener, address,
      length, flags)
OPENS(int, -1, pipe, (int pair[2]), pair)
OPENS(int, -1, pipe2, (int pair[2], int flags), pair, flags)
OPENS(int, -1, epoll_create, (int size), size)
OPENS(int, -1, epoll_create1, (int flags), flags)
OPENS(int, -1, eventfd, (unsigned count, int flags), count, flags)
OPENS(int, -1, timerfd_create, (int clock, int flags), clock, flags)
OPENS(int, -1, dup, (int descriptor), descriptor)
OPENS(DIR *, NULL, opendir, (const char *path), path)
OPENS(FILE *, NULL, fopen, (const char *path, const char *mode), path, mode)

#define MODE(last) ({ va_list list; va_start(list, last); mode_t given = va_arg(list, mode_t); va_end(list); given; })
int open(const char *path, int flags, ...) { return cannot_open() ? -1 : NEXT(open)(path, flags, MODE(flags)); }
int open64(const char *path, int flags, ...) { return cannot_open() ? -1 : NEXT(open)(path, flags, MODE(flags)); }
int openat(int at, const char *path, int flags, ...)
{
    return cannot_open() ? -1 : NEXT(openat)(at, path, flags, MODE(flags));
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    int code = lacks(THREADS);
    return code ? code : NEXT(pthread_create)(thread, attributes, start, argument);
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
    int code = lacks(POLLING);
    if (code == 0) return NEXT(poll)(descriptors, count, timeout);
    errno = code;
    return -1;
}
