import Glibc

/// A thread that waits for one job, runs it, and ends.
///
/// `@unchecked Sendable`: the job is written before the semaphore is posted and read after the wait for it.
final class ParkedThread: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var job: ThreadReserve.Job?
    private var thread = pthread_t()

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Starts the thread. It then waits for its job.
    ///
    /// - Returns: 0, or the error of pthread_create(3).
    func begin() -> Int32 {
        let argument = Unmanaged.passRetained(self)
        let code = LibraryThread.create(&thread, blocking: true, parkedThread, argument.toOpaque())
        if code != 0 { argument.release() }
        return code
    }

    /// Gives the thread its job. Call it once.
    ///
    /// - Returns: The thread. The caller must see that it is joined or detached, unless `isDetached` is true.
    @discardableResult
    func run(_ job: ThreadReserve.Job, isDetached: Bool) -> pthread_t {
        self.job = job
        // The thread may end, and this object with it, before sem_post(3) returns.
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
    // Released before the job runs: the job may take as long as the process lives.
    guard let job = Unmanaged<ParkedThread>.fromOpaque(argument).takeRetainedValue().wait() else { return nil }
    var mask = job.mask
    pthread_sigmask(SIG_SETMASK, &mask, nil)
    return job.start(job.argument)
}
