import Dispatch
import Foundation

/// What ends a program that stays: SIGTERM, SIGINT, SIGHUP, or the end of its standard input.
///
/// The last one reaches it in every case: the kernel closes a pipe whose writer has been killed.
struct EndOfStay {
    /// Has an element when it is over.
    let ends: AsyncStream<Void>
    private let signals: [any DispatchSourceSignal]

    /// Begins to watch. From now on the signals do nothing else.
    ///
    /// - Parameter readsInput: Whether the end of standard input counts. What is read there is thrown away.
    init(readsInput: Bool) {
        let (ends, over) = AsyncStream.makeStream(of: Void.self)
        self.ends = ends
        signals = [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { over.yield() }
            source.activate()
            return source
        }
        // Who reads the output may be gone, and there is still something to clean up.
        signal(SIGPIPE, SIG_IGN)
        guard readsInput else { return }
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(STDIN_FILENO, &buffer, buffer.count), count > 0 || (count < 0 && errno == EINTR)
            {}
            over.yield()
        }
    }
}
