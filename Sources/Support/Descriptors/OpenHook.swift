import Glibc

/// What libdispatch calls for open(2): this one, not the C library's (ELF symbol interposition).
///
/// Each second libdispatch reads the state of its threads, `/proc/THREAD/stat`, and ends the process where one cannot be
/// opened (SIGILL in `_dispatch_workq_monitor_pools`): for want of a descriptor, or because there is no /proc. For these
/// files alone a failure becomes a number that is no descriptor: libdispatch reads nothing from it, takes the thread for
/// one that waits, and goes on. Everything else gets what the C library gives.
///
/// open(2) takes a variable number of arguments; on the platforms that there are, three fixed ones are passed alike.
@_cdecl("open")
public func openInPlaceOfTheLibrary(_ path: UnsafePointer<CChar>?, _ flags: Int32, _ mode: UInt32) -> Int32 {
    guard let function = LibraryOpen.function else {
        errno = ENOSYS
        return -1
    }
    let descriptor = function(path, flags, mode)
    guard descriptor < 0, let path, isStateOfThread(path) else { return descriptor }
    return .max
}

/// Whether a path is `/proc/NUMBER/stat`. Leaves errno as it is.
private func isStateOfThread(_ path: UnsafePointer<CChar>) -> Bool {
    var rest = path
    func take(_ text: StaticString) -> Bool {
        for index in 0..<text.utf8CodeUnitCount where UInt8(bitPattern: rest[index]) != text.utf8Start[index] {
            return false
        }
        rest += text.utf8CodeUnitCount
        return true
    }
    guard take("/proc/") else { return false }
    let digits = rest
    while (0x30...0x39).contains(rest.pointee) { rest += 1 }
    return rest > digits && take("/stat") && rest.pointee == 0
}

/// The C library's function, which that of this program hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryOpen {
    typealias Function = @convention(c) (UnsafePointer<CChar>?, Int32, UInt32) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "open")
        .map { unsafeBitCast($0, to: Function.self) }
}
