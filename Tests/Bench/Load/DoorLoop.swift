import CEpoll
import Glibc

/// One thread's connections to a door beside the milter, each of which asks as soon as it is answered.
struct DoorLoop {
    private struct Connection {
        var descriptor: Int32 = -1
        var isConnecting = false
        /// When the question under way was begun: of a single one, its connection.
        var start: UInt64 = 0
        var filled = 0
    }

    /// As long as an answer can be.
    private static let inputSize = 2048

    private let options: LoadOptions
    private let question: DoorQuestion
    private let endpoint: Endpoint
    private let names: NameList
    private let map: [UInt8]
    private let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let input: UnsafeMutablePointer<UInt8>
    private var connections: [Connection]
    private var output: [UInt8] = []
    /// Connections that must be opened again.
    private var unopened: [Int] = []
    private var next: Int
    private var begun: UInt64 = 0
    private var counted: UInt64 = 0
    private var result = LoadResult()

    /// The share of one of the threads.
    init(_ options: LoadOptions, _ question: DoorQuestion, _ endpoint: Endpoint, _ names: NameList, thread: Int) {
        self.options = options
        self.question = question
        self.endpoint = endpoint
        self.names = names
        map = Array(options.map.utf8)
        let count = options.connections / options.threads + (thread < options.connections % options.threads ? 1 : 0)
        connections = Array(repeating: Connection(), count: count)
        input = .allocate(capacity: count * Self.inputSize)
        next = options.offset + thread
    }

    /// Asks until it is time to end.
    mutating func run() -> LoadResult {
        begun = Self.now
        counted = begun + UInt64(options.warmup * 1e9)
        let end = counted + UInt64(options.seconds * 1e9)
        for index in connections.indices { open(index) }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        while Self.now < end {
            let ready = epoll_wait(poll, events, 256, unopened.isEmpty ? 100 : 1)
            for index in 0..<max(0, Int(ready)) { serve(Int(events[index].data.u32)) }
            let waiting = unopened
            unopened.removeAll(keepingCapacity: true)
            for index in waiting { open(index) }
        }
        for connection in connections where connection.descriptor >= 0 { close(connection.descriptor) }
        result.elapsed = Self.now - counted
        return result
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private var isWaiting: Bool { Self.now < begun + UInt64(options.wait * 1e9) }

    // MARK: Connections

    private mutating func open(_ index: Int) {
        let start = Self.now
        let (descriptor, error) = endpoint.connect()
        guard error == 0 || error == EINPROGRESS else {
            if descriptor >= 0 { close(descriptor) }
            // A full backlog is no fault.
            if error != EAGAIN, !isWaiting { result.errors += 1 }
            unopened.append(index)
            return
        }
        result.connections += 1
        connections[index] = Connection(descriptor: descriptor, isConnecting: error != 0, start: start)
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (error == 0 ? 0 : EPOLLOUT.rawValue)
        event.data.u32 = UInt32(index)
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
        if error == 0 { ask(index) }
    }

    private mutating func drop(_ index: Int, isFault: Bool) {
        if isFault { result.errors += 1 }
        close(connections[index].descriptor)
        connections[index].descriptor = -1
        unopened.append(index)
    }

    private mutating func serve(_ index: Int) {
        let descriptor = connections[index].descriptor
        guard descriptor >= 0 else { return }
        if connections[index].isConnecting {
            var (error, length): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
            guard error == 0 else { return drop(index, isFault: !isWaiting) }
            connections[index].isConnecting = false
            var event = epoll_event()
            event.events = EPOLLIN.rawValue
            event.data.u32 = UInt32(index)
            epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event)
            return ask(index)
        }
        let (base, filled) = (input + index * Self.inputSize, connections[index].filled)
        let got = read(descriptor, base + filled, Self.inputSize - filled)
        if got < 0, errno == EAGAIN || errno == EINTR { return }
        guard got > 0 else {
            guard question.isSingle, got == 0, filled > 0 else { return drop(index, isFault: true) }
            answered(index, UnsafeBufferPointer(start: base, count: filled))
            close(descriptor)
            connections[index].descriptor = -1
            return open(index)
        }
        connections[index].filled += got
        let answer = UnsafeBufferPointer(start: base, count: filled + got)
        guard answer.count < Self.inputSize else { return drop(index, isFault: true) }
        guard question.isWhole(answer) else { return }
        answered(index, answer)
        connections[index].filled = 0
        connections[index].start = Self.now
        ask(index)
    }

    // MARK: The dialogue

    private mutating func ask(_ index: Int) {
        question.write(names[next % names.count], map: map, to: &output)
        next += options.threads
        let descriptor = connections[index].descriptor
        let sent = output.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // A few hundred bytes: there is always room.
        if sent != output.count { result.errors += 1 }
        if question.isSingle { shutdown(descriptor, Int32(SHUT_WR)) }
    }

    private mutating func answered(_ index: Int, _ answer: UnsafeBufferPointer<UInt8>) {
        let now = Self.now
        if result.first == 0 { result.first = now }
        guard now >= counted else { return }
        result.times.add(now - connections[index].start)
        if question.isGood(answer) {
            result.continued &+= 1
        } else {
            let words = answer.split(separator: UInt8(ascii: " ")).prefix(2).map { String(decoding: $0, as: UTF8.self) }
            result.answers[words.joined(separator: " ").filter { $0 != "\n" && $0 != "\"" }, default: 0] += 1
        }
    }
}
