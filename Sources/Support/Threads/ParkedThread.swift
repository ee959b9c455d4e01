import Glibc

/// A thread that waits to be given something to run, and ends with it as any other thread would.
///
/// `@unchecked Sendable`: the job is written before the semaphore is posted, and read after that.
final class ParkedThread: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var job: ThreadReserve.Job?
    private var thread = pthread_t()

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Makes the thread.
    ///
    /// - Returns: 0, or pthread_create(3)'s error.
    func begin() -> Int32 {
        let argument = Unmanaged.passRetained(self)
        let code = LibraryThread.create(&thread, blocking: true, parkedThread, argument.toOpaque())
        if code != 0 { argument.release() }
        return code
    }

    /// Has it run something, once.
    ///
    /// - Returns: The thread, which somebody has to join or detach unless it is detached.
    @discardableResult
    func run(_ job: ThreadReserve.Job, isDetached: Bool) -> pthread_t {
        self.job = job
        // It may have ended before sem_post(3) returns.
        let thread = self.thread
        if isDetached { pthread_detach(thread) }
        sem_post(semaphore)
        return thread
    }

    fileprivate func wait() -> ThreadReserve.Job? {
        while sem_wait(semaphore) != 0 {}
        return job
    }
}

private let parkedThread: ThreadReserve.Start = { argument in
    guard let argument else { return nil }
    // Let go of before the job runs, which may take as long as the process lives.
    guard let job = Unmanaged<ParkedThread>.fromOpaque(argument).takeRetainedValue().wait() else { return nil }
    var mask = job.mask
    pthread_sigmask(SIG_SETMASK, &mask, nil)
    return job.start(job.argument)
}
