public import Glibc
import Support

/// What libmilter calls for accept(2): this one, not the C library's.
///
/// libmilter has no hook where a connection begins, tells nothing of connections that say nothing, and where
/// descriptors have run out it calls accept(2) again and again without a pause. A shared library's call of a C
/// function goes to the program's own function of that name where there is one (ELF symbol interposition), so here is
/// the hook. Only the milter's listening socket is treated in its own way; any other is accepted from as the C
/// library does.
///
/// Called on the thread that runs `smfi_main`.
@_cdecl("accept")
public func acceptInPlaceOfTheLibrary(
    _ listener: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    guard let connections = MilterService.current?.connections, connections.listens(on: listener) else {
        return libraryAccept(listener, address, length)
    }
    // What must not fail for want of a descriptor has them first. It takes a moment, and no longer.
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
        // Not a socket that listens: libmilter is to end.
        case EBADF, EINVAL, ENOTSOCK: break
        default:
            // For want of descriptors or memory libmilter would be back at once, and take a whole core. At what it does
            // not know, as an error that the network had for the new connection (accept(2)), it would soon end.
            connections.waitForDescriptors()
            errno = ECONNABORTED
            return -1
        }
        errno = code
        return -1
    }
    guard connections.admit(descriptor) else {
        close(descriptor)
        // Of all that libmilter takes for "go on" the one that says what happened.
        errno = ECONNABORTED
        return -1
    }
    // A program that is started meanwhile is not to hold a connection open.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
}

/// accept(2) as the C library has it.
private func libraryAccept(
    _ listener: Int32, _ address: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    guard let function = LibraryAccept.function else {
        errno = ENOSYS
        return -1
    }
    return function(listener, address, length)
}

/// The C library's function, which that of this program hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryAccept {
    typealias Function =
        @convention(c) (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "accept")
        .map { unsafeBitCast($0, to: Function.self) }
}
