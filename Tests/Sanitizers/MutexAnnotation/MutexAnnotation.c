// Tells ThreadSanitizer about the slow paths of Swift's `Mutex`. Only its builds link this (deploy/sanitize thread).
//
// Without contention, a `Mutex` is locked and unlocked by one compare-and-swap that is inlined into danegate's code, so
// ThreadSanitizer sees it. With contention, it goes through `_MutexHandle._lockSlow`, `_tryLockSlow` and `_unlockSlow`
// in libswiftSynchronization, which is not instrumented and uses futex(2). ThreadSanitizer sees neither, and reports
// correctly locked code as a race. So this adds to each slow path what the fast path tells about the same word: it is
// acquired, or it is released. Nothing is suppressed: accesses outside the lock, or under another one, are reported as
// before.
#include "MutexAnnotation.h"

#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// Methods in Swift's calling convention; `self` is the address of the lock word.
#define SWIFT_METHOD __attribute__((swiftcall))
#define SWIFT_SELF void *self __attribute__((swift_context))
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT_METHOD void library_lock(uint32_t thread, SWIFT_SELF) __asm__("__real_" LOCK_SLOW);
SWIFT_METHOD void annotated_lock(uint32_t thread, SWIFT_SELF) __asm__("__wrap_" LOCK_SLOW);
SWIFT_METHOD bool library_try_lock(SWIFT_SELF) __asm__("__real_" TRY_LOCK_SLOW);
SWIFT_METHOD bool annotated_try_lock(SWIFT_SELF) __asm__("__wrap_" TRY_LOCK_SLOW);
SWIFT_METHOD void library_unlock(SWIFT_SELF) __asm__("__real_" UNLOCK_SLOW);
SWIFT_METHOD void annotated_unlock(SWIFT_SELF) __asm__("__wrap_" UNLOCK_SLOW);

SWIFT_METHOD void annotated_lock(uint32_t thread, SWIFT_SELF) {
    library_lock(thread, self);
    __tsan_acquire(self);
}

SWIFT_METHOD bool annotated_try_lock(SWIFT_SELF) {
    bool is_taken = library_try_lock(self);
    if (is_taken) __tsan_acquire(self);
    return is_taken;
}

SWIFT_METHOD void annotated_unlock(SWIFT_SELF) {
    __tsan_release(self);
    library_unlock(self);
}
