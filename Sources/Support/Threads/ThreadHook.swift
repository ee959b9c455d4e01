public import Glibc

/// Replaces pthread_create(3) for all libraries of the process, by ELF symbol interposition.
///
/// As long as the system gives threads, nothing changes. When it gives none (`EAGAIN`) and the process keeps a reserve
/// (`ThreadReserve`), the caller gets a thread of the reserve. When the reserve is down to what is kept for others, the
/// result depends on the caller:
///
/// - libmilter, for the worker of a session: the session goes into libmilter's own queue, and the next worker that is
///   done takes it. Without this, libmilter marks the session as served by a worker that does not exist, and never
///   looks at it again.
/// - a caller that wants a detached thread, as libdispatch does: it gets one later. The caller sees a thread that the
///   system has not run yet, and other threads do the work meanwhile. Without this, libdispatch sleeps, a second at a
///   time, in the thread that submitted the work.
/// - any other caller: `EAGAIN`, as from the C library. libunbound gets even the last thread of the reserve, because it
///   cannot do without.
@_cdecl("pthread_create")
public func createThreadInPlaceOfTheLibrary(
    _ thread: UnsafeMutablePointer<pthread_t>?, _ attributes: UnsafePointer<pthread_attr_t>?,
    _ start: ThreadReserve.Start?, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let function = LibraryThread.function else { return EAGAIN }
    let code = function(thread, attributes, start, argument)
    guard code == EAGAIN, let thread, let start else { return code }
    let reserve = ThreadReserve.shared
    guard reserve.isRefused() else { return code }
    let library = LibraryThread.library(of: start)
    let isDetached = LibraryThread.makesDetached(attributes)
    var mask = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &mask)
    let job = ThreadReserve.Job(start: start, argument: argument, mask: mask)
    let floor: ThreadReserve.Floor =
        library.contains("libunbound") ? .none : library.contains("libmilter") ? .many : .some
    if let taken = reserve.take(job, isDetached: isDetached, leaving: floor) {
        thread.pointee = taken
        return 0
    }
    if floor == .many, argument != nil, LibraryThread.isDetached {
        // The worker's first act is to detach its own thread. This thread is detached already, so that call fails, and
        // the worker puts its session into the queue and returns (worker.c, mi_worker). The caller holds the lock of
        // the queue, and it asks for a thread only if all workers are busy, so the first one that is done looks into
        // the queue.
        _ = start(argument)
        return 0
    }
    return isDetached && reserve.owe(job) ? 0 : code
}

/// The C library's pthread_create(3), which the function above hides.
enum LibraryThread {
    typealias Function =
        @convention(c) (
            UnsafeMutablePointer<pthread_t>?, UnsafePointer<pthread_attr_t>?, ThreadReserve.Start?,
            UnsafeMutableRawPointer?
        ) -> Int32

    /// A sanitizer must see each new thread. If there is one, its own function is in the program itself and is called;
    /// otherwise the next one in the order of libraries (`RTLD_NEXT`).
    static let function: Function? =
        (dlsym(nil, "__interceptor_pthread_create") ?? dlsym(UnsafeMutableRawPointer(bitPattern: -1), "pthread_create"))
        .map { unsafeBitCast($0, to: Function.self) }

    /// Makes a joinable thread; if `blocking`, with all signals blocked in it.
    static func create(
        _ thread: inout pthread_t, blocking: Bool, _ start: ThreadReserve.Start, _ argument: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let function else { return EAGAIN }
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        if blocking { pthread_sigmask(SIG_SETMASK, &all, &before) }
        defer { if blocking { pthread_sigmask(SIG_SETMASK, &before, nil) } }
        return function(&thread, nil, start, argument)
    }

    /// The path of the library that contains a function (dladdr(3)); empty if it is unknown.
    static func library(of start: ThreadReserve.Start) -> String {
        // struct Dl_info: path of the file, its base address, name of the symbol, address of the symbol.
        typealias Facts = (UnsafePointer<CChar>?, UInt, UInt, UInt)
        typealias Function = @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int32
        var facts: Facts = (nil, 0, 0, 0)
        guard let function = dlsym(nil, "dladdr").map({ unsafeBitCast($0, to: Function.self) }),
            function(unsafeBitCast(start, to: UnsafeRawPointer.self), &facts) != 0, let name = facts.0
        else { return "" }
        return String(cString: name)
    }

    /// Whether the attributes ask for a detached thread.
    static func makesDetached(_ attributes: UnsafePointer<pthread_attr_t>?) -> Bool {
        guard let attributes else { return false }
        var state: Int32 = 0
        return pthread_attr_getdetachstate(attributes, &state) == 0 && state == Int32(PTHREAD_CREATE_DETACHED)
    }

    /// Whether the calling thread is detached (pthread_getattr_np(3)).
    static var isDetached: Bool {
        typealias Function = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32
        var attributes = pthread_attr_t()
        // Swift's Glibc module exports neither this function nor dladdr.
        guard let function = dlsym(nil, "pthread_getattr_np").map({ unsafeBitCast($0, to: Function.self) }),
            function(pthread_self(), &attributes) == 0
        else { return false }
        defer { pthread_attr_destroy(&attributes) }
        return makesDetached(&attributes)
    }
}
