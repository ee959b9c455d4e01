public import Glibc

/// What libmilter calls for poll(2): this one, not the C library's (ELF symbol interposition).
///
/// Where the kernel has no memory for the call (`ENOMEM`), or the limit of open files has become less than there are
/// connections (`EINVAL`), libmilter calls it again sixteen times without a pause, and then ends for good. To any
/// caller a short wait and `EINTR` are as good an answer, and all are prepared for that.
@_cdecl("poll")
public func pollInPlaceOfTheLibrary(
    _ descriptors: UnsafeMutablePointer<pollfd>?, _ count: nfds_t, _ timeout: Int32
) -> Int32 {
    guard let function = LibraryPoll.function else {
        errno = ENOSYS
        return -1
    }
    let ready = function(descriptors, count, timeout)
    guard ready < 0, errno == ENOMEM || errno == EAGAIN || errno == EINVAL else { return ready }
    usleep(50_000)
    errno = EINTR
    return -1
}

/// The C library's function, which that of this program hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryPoll {
    typealias Function = @convention(c) (UnsafeMutablePointer<pollfd>?, nfds_t, Int32) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "poll")
        .map { unsafeBitCast($0, to: Function.self) }
}
