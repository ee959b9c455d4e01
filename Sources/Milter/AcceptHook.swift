public import Glibc
import Support

/// Replaces accept(2) for all libraries of the process (F-100, F-102).
///
/// libmilter has no hook for the start of a connection, does not report connections on which nothing is sent, and if
/// descriptors have run out, it calls accept(2) again and again without a pause. A shared library's call of a C
/// function goes to the program's own function of that name, if there is one (ELF symbol interposition). That makes
/// this hook possible. Only libmilter's calls for the milter's socket are treated specially, all of which come
/// from the thread that runs `smfi_main`. For any other, the result is that of the C library.
@_cdecl("accept")
public func acceptInPlaceOfTheLibrary(
    _ listener: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    guard let listening = MilterService.listenerOfThisThread, let connections = MilterService.current?.connections
    else { return libraryAccept(listener, address, length) }
    if let empty = listening.takePass(address) {
        // libmilter has closed the earlier connection with this descriptor.
        if empty >= 0 { connections.closes(empty, nil) }
        return empty
    }
    // Callers that must not fail for lack of a descriptor come first. This takes 50 ms at most.
    var rounds = 100
    while DescriptorReserve.shared.isLent, rounds > 0 {
        usleep(500)
        rounds -= 1
    }
    connections.waitForRoom()
    let descriptor = libraryAccept(listener, address, length)
    guard descriptor >= 0 else {
        let code = errno
        switch code {
        case EAGAIN, EINTR, ECONNABORTED: break
        // The descriptor is not a listening socket: libmilter is to end.
        case EBADF, EINVAL, ENOTSOCK: break
        default:
            // F-102: if descriptors or memory are short, libmilter would call again at once and use a whole core. If
            // the error is one that it does not know, such as a network error of the new connection (accept(2)), it
            // would soon end.
            connections.waitForDescriptors()
            errno = ECONNABORTED
            return -1
        }
        errno = code
        return -1
    }
    guard connections.admit(descriptor) else {
        close(descriptor)
        // Of all errors after which libmilter goes on, this one describes best what happened.
        errno = ECONNABORTED
        return -1
    }
    // A program that is started meanwhile must not keep the connection open.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
}

/// Calls the C library's accept(2).
private func libraryAccept(
    _ listener: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    guard let function = LibraryAccept.function else {
        errno = ENOSYS
        return -1
    }
    return function(listener, address, length)
}

/// The C library's accept(2), which the function above hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryAccept {
    typealias Function =
        @convention(c) (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "accept")
        .map { unsafeBitCast($0, to: Function.self) }
}
