public import Glibc

/// Replaces poll(2) for all libraries of the process, by ELF symbol interposition (F-102).
///
/// On the thread on which libmilter waits for connections, `Listener` decides what libmilter sees.
///
/// If the kernel has no memory for the call (`ENOMEM`), or the limit of open files is now below the number of
/// connections (`EINVAL`), libmilter repeats the call sixteen times without a pause and then ends for good. A short
/// wait and `EINTR` are a valid answer to every caller, and all of them can handle it.
@_cdecl("poll")
public func pollInPlaceOfTheLibrary(
    _ descriptors: UnsafeMutablePointer<pollfd>?, _ count: nfds_t, _ timeout: Int32
) -> Int32 {
    guard let function = LibraryPoll.function else {
        errno = ENOSYS
        return -1
    }
    let ready: Int32
    if count == 1, let descriptors, let listener = MilterService.listenerOfThisThread {
        ready = listener.wait(descriptors, timeout: timeout, function)
    } else {
        ready = function(descriptors, count, timeout)
    }
    guard ready < 0, errno == ENOMEM || errno == EAGAIN || errno == EINVAL else { return ready }
    usleep(50_000)
    errno = EINTR
    return -1
}

/// The C library's poll(2), which the function above hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryPoll {
    typealias Function = @convention(c) (UnsafeMutablePointer<pollfd>?, nfds_t, Int32) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "poll")
        .map { unsafeBitCast($0, to: Function.self) }
}
