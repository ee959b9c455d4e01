import Glibc

/// Puts a load on a milter, as Postfix would, or on another door, and prints the measurements as one line of JSON.
///
/// A message is MAIL, its recipients, and an abort. A connection ends with QUIT. Times are those of recipients, in
/// microseconds, from the moment at which one was sent, or was due, to its answer. At another door (`--door`) a
/// question counts as a recipient.
@main
struct BenchLoad {
    static func main() {
        guard let options = LoadOptions(Array(CommandLine.arguments.dropFirst())),
            let endpoint = Endpoint(options.socket)
        else {
            print(LoadOptions.usage)
            exit(64)
        }
        guard let names = NameList(options.list) else {
            print("BenchLoad: \(options.list) has no names")
            exit(66)
        }
        let jobs = (0..<options.threads).map { thread in
            if let door = options.door {
                var loop = DoorLoop(options, door, endpoint, names, thread: thread)
                return Job { loop.run() }
            }
            var loop = LoadLoop(options, endpoint, names, thread: thread)
            return Job { loop.run() }
        }
        for job in jobs.dropFirst() { job.start() }
        jobs[0].run()
        var result = jobs[0].result
        for job in jobs.dropFirst() {
            job.join()
            result.add(job.result)
        }
        print(result.json)
    }
}

/// One thread's part. Its result is read once it has ended.
private final class Job: @unchecked Sendable {
    private let load: () -> LoadResult
    private var thread = pthread_t()
    private(set) var result = LoadResult()

    init(_ load: @escaping () -> LoadResult) { self.load = load }

    func run() { result = load() }

    func start() {
        pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeUnretainedValue().run() }
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}
