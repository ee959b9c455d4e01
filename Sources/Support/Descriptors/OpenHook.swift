import Glibc

/// Replaces open(2) for all libraries of the process, by ELF symbol interposition. Only libdispatch needs it.
///
/// Every second, libdispatch reads the state of its threads from `/proc/THREAD/stat`. If such a file cannot be opened,
/// because no descriptor is left or because there is no /proc, libdispatch ends the process (SIGILL in
/// `_dispatch_workq_monitor_pools`). For these files alone, this function turns a failure into a number that is not a
/// descriptor. libdispatch then reads nothing, assumes that the thread waits, and goes on. For every other file the
/// result is that of the C library.
///
/// open(2) is variadic. On all platforms that Swift supports on Linux, three fixed arguments are passed the same way.
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

/// Whether a path is `/proc/NUMBER/stat`. Does not change errno.
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

/// The C library's open(2), which the function above hides (dlsym(3), `RTLD_NEXT`).
private enum LibraryOpen {
    typealias Function = @convention(c) (UnsafePointer<CChar>?, Int32, UInt32) -> Int32

    static let function: Function? = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "open")
        .map { unsafeBitCast($0, to: Function.self) }
}
