import Glibc

/// libmilter's own flag that it is to stop. `smfi_stop` sets it and then waits for the listening thread.
enum StopFlag {
    private typealias Function = @convention(c) () -> Int32

    /// `mi_stop`, which libmilter's header does not declare and its library has; nil if it has it no longer.
    private static let function: Function? = dlsym(nil, "mi_stop").map { unsafeBitCast($0, to: Function.self) }

    /// Waits until the flag is set, for at most a second. If the listening thread returned before, `smfi_stop` could
    /// close the socket under it, and libmilter would report an error.
    static func waitUntilSet() {
        guard let function else {
            usleep(20_000)
            return
        }
        var rounds = 2000
        while function() == 0, rounds > 0 {
            usleep(500)
            rounds -= 1
        }
    }
}
