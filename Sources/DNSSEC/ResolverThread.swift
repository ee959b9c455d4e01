import Glibc

/// Starts the thread of an engine, with all signals blocked. A signal that interrupts a write puts libunbound's pipe to
/// its worker out of step, and the worker, which the engine's first lookup starts, inherits the signal mask.
enum ResolverThread {
    /// Starts a thread that runs the engine to its end. The caller must not use the engine any more.
    static func start(_ engine: Engine) throws(ResolverError) {
        let argument = Unmanaged.passRetained(engine)
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        let code = pthread_create(&thread, &attributes, resolverThreadMain, argument.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        guard code == 0 else {
            argument.release()
            throw ResolverError("no thread for the resolver: \(String(cString: strerror(code)))")
        }
    }
}

private func resolverThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<Engine>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
