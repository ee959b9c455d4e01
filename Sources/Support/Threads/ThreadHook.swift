public import Glibc

/// What all libraries call for pthread_create(3): this one, not the C library's (ELF symbol interposition).
///
/// Where the system gives a thread nothing is different. Where it gives none (`EAGAIN`), and the process keeps a
/// reserve (`ThreadReserve`), whoever asks has one of that. When it is down to what must be left for others:
///
/// - libmilter's worker for a session: the session waits in libmilter's own queue for the next worker that has done its
///   work. libmilter itself would mark it as being served by the worker that there is not, and never look at it again.
/// - a detached thread, as libdispatch's are: it is owed. To its creator it looks like a thread that the system has not
///   run yet, and others do its work meanwhile. libdispatch itself would sleep, second by second, in whoever brought
///   work.
/// - any other: `EAGAIN`, as from the C library. libunbound has the last of the reserve, as it cannot do without.
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
        // The worker's first act is to detach its thread. This one is detached already, which the worker takes for a
        // failure: it puts its session into the queue, and returns (worker.c, mi_worker). The caller holds the lock of
        // the queue, and all workers are at work, or it would not have asked: the first that is done looks into the
        // queue.
        _ = start(argument)
        return 0
    }
    return isDetached && reserve.owe(job) ? 0 : code
}

/// The C library's pthread_create(3), which that of this program hides.
enum LibraryThread {
    typealias Function =
        @convention(c) (
            UnsafeMutablePointer<pthread_t>?, UnsafePointer<pthread_attr_t>?, ThreadReserve.Start?,
            UnsafeMutableRawPointer?
        ) -> Int32

    /// A sanitizer's, where there is one, wants to know of each thread: it stands in the program itself. Else
    /// `RTLD_NEXT`.
    static let function: Function? =
        (dlsym(nil, "__interceptor_pthread_create") ?? dlsym(UnsafeMutableRawPointer(bitPattern: -1), "pthread_create"))
        .map { unsafeBitCast($0, to: Function.self) }

    /// Makes a joinable thread, with all signals blocked if that is wanted.
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

    /// The file of the library that a function is part of (dladdr(3)); empty if that is not known.
    static func library(of start: ThreadReserve.Start) -> String {
        // struct Dl_info: the file, where it is, the function's name, where that is.
        typealias Facts = (UnsafePointer<CChar>?, UInt, UInt, UInt)
        typealias Function = @convention(c) (UnsafeRawPointer, UnsafeMutableRawPointer) -> Int32
        var facts: Facts = (nil, 0, 0, 0)
        guard let function = dlsym(nil, "dladdr").map({ unsafeBitCast($0, to: Function.self) }),
            function(unsafeBitCast(start, to: UnsafeRawPointer.self), &facts) != 0, let name = facts.0
        else { return "" }
        return String(cString: name)
    }

    /// Whether attributes make a thread that nobody joins.
    static func makesDetached(_ attributes: UnsafePointer<pthread_attr_t>?) -> Bool {
        guard let attributes else { return false }
        var state: Int32 = 0
        return pthread_attr_getdetachstate(attributes, &state) == 0 && state == Int32(PTHREAD_CREATE_DETACHED)
    }

    /// Whether nobody joins the calling thread (pthread_getattr_np(3)).
    static var isDetached: Bool {
        typealias Function = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32
        var attributes = pthread_attr_t()
        // Glibc's module shows neither this nor dladdr.
        guard let function = dlsym(nil, "pthread_getattr_np").map({ unsafeBitCast($0, to: Function.self) }),
            function(pthread_self(), &attributes) == 0
        else { return false }
        defer { pthread_attr_destroy(&attributes) }
        return makesDetached(&attributes)
    }
}
