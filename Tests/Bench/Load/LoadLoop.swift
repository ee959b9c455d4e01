import CEpoll
import Glibc

/// One thread's connections, as Postfix 3.7 would have them: version 6, everything offered, one command at a time.
///
/// A value with memory of its own, so that nothing is counted or checked on the way of a recipient.
struct LoadLoop {
    private let options: LoadOptions
    private let endpoint: Endpoint
    private let names: NameList
    private let stride: Int
    private let connections: UnsafeMutablePointer<Connection>
    private let count: Int
    private let input: UnsafeMutablePointer<UInt8>
    private let poll = epoll_create1(Int32(EPOLL_CLOEXEC))

    private var output = PacketBuffer()
    private var recipient = RecipientPackets()
    private var negotiated: Negotiated?
    /// The connections whose next recipient is not due, and those that must be opened again.
    private var idle: [Int] = []
    private var unopened: [Int] = []
    private var next: Int
    private var left: Int
    private var asked = 0
    private var inFlight = 0
    private var again: [(name: Int, due: UInt64)] = []
    private var due: UInt64 = 0
    private var interval: UInt64
    private var begun: UInt64 = 0
    private var counted: UInt64 = 0
    private var last: UInt64 = 0
    private var result = LoadResult()

    /// The share of one of the threads.
    init(_ options: LoadOptions, _ endpoint: Endpoint, _ names: NameList, thread: Int) {
        self.options = options
        self.endpoint = endpoint
        self.names = names
        stride = options.threads
        count = options.connections / stride + (thread < options.connections % stride ? 1 : 0)
        connections = .allocate(capacity: count)
        connections.initialize(repeating: Connection(), count: count)
        input = .allocate(capacity: count * Connection.inputSize)
        next = options.offset + thread
        let total = options.count > 0 ? options.count : options.isOnce ? names.count - options.offset : .max
        left = total == .max ? .max : total / stride + (thread < total % stride ? 1 : 0)
        interval = options.rate > 0 ? UInt64(1e9 * Double(stride) / options.rate) : 0
    }

    /// Asks until it is time to end.
    mutating func run() -> LoadResult {
        begun = Self.now
        counted = begun + UInt64(options.warmup * 1e9)
        due = begun
        for index in 0..<count { open(index) }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)
        var checked = begun
        while true {
            var limit = timeout
            let ready = epoll_pwait2(poll, events, 256, &limit, nil)
            for index in 0..<max(0, Int(ready)) { serve(Int(events[index].data.u32), events[index].events) }
            let now = Self.now
            let waiting = unopened
            unopened.removeAll(keepingCapacity: true)
            for index in waiting { open(index) }
            while !idle.isEmpty, isDue(now), let index = idle.popLast() { ask(index) }
            if isFinished || (left == .max && now > begun + UInt64((options.warmup + options.seconds) * 1e9)) { break }
            if now > checked + 1_000_000_000 {
                checked = now
                dropSilent(now)
            }
        }
        for index in 0..<count where connections[index].descriptor >= 0 { close(connections[index].descriptor) }
        result.unsettled = UInt64(again.count)
        let isTimed = left == .max
        let end = isTimed ? Self.now : last
        result.elapsed = end > counted ? end - counted : 0
        return result
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private var isFinished: Bool { left == 0 && inFlight == 0 && (again.isEmpty || isPastSettling) }

    private var isPastSettling: Bool { Self.now > begun + UInt64(options.settle * 1e9) }

    /// How long may be waited for an event: short where it is for a moment.
    private var timeout: timespec {
        var wait: UInt64 = 100_000_000
        if !unopened.isEmpty {
            wait = 500_000
        } else if !idle.isEmpty, interval > 0, left > 0 {
            let now = Self.now
            wait = due > now ? min(due - now, wait) : 0
        } else if !idle.isEmpty {
            wait = 20_000_000
        }
        return timespec(tv_sec: 0, tv_nsec: Int(wait))
    }

    private mutating func isDue(_ now: UInt64) -> Bool {
        if let first = again.first, first.due <= now, !isPastSettling { return true }
        return left > 0 && (interval == 0 || due <= now)
    }

    // MARK: Connections

    private mutating func open(_ index: Int) {
        guard left > 0 || !again.isEmpty else { return }
        let (descriptor, error) = endpoint.connect()
        let isWaiting = Self.now < begun + UInt64(options.wait * 1e9)
        guard error == 0 || error == EINPROGRESS else {
            if descriptor >= 0 { close(descriptor) }
            // A full backlog is no fault.
            if error != EAGAIN, !isWaiting { result.errors += 1 }
            unopened.append(index)
            return
        }
        connections[index] = Connection(descriptor: descriptor)
        connections[index].state = .connecting
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (error == 0 ? 0 : EPOLLOUT.rawValue)
        event.data.u32 = UInt32(index)
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
        if error == 0 { offer(index) }
    }

    private mutating func drop(_ index: Int) {
        if connections[index].state == .recipientAnswer { inFlight -= 1 }
        close(connections[index].descriptor)
        connections[index] = Connection()
        unopened.append(index)
    }

    private mutating func dropSilent(_ now: UInt64) {
        for index in 0..<count
        where connections[index].state == .recipientAnswer && now > connections[index].start + 60_000_000_000 {
            result.timeouts += 1
            drop(index)
        }
    }

    private mutating func send(_ index: Int) {
        guard output.count > 0 else { return }
        let sent = Glibc.send(connections[index].descriptor, output.contents, output.count, Int32(MSG_NOSIGNAL))
        // A few hundred bytes, of which each is answered before the next: there is always room.
        if sent != output.count { result.errors += 1 }
        output.clear()
    }

    private mutating func serve(_ index: Int, _ events: UInt32) {
        guard connections[index].descriptor >= 0 else { return }
        if connections[index].state == .connecting {
            var error: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(connections[index].descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
            guard error == 0 else {
                if Self.now >= begun + UInt64(options.wait * 1e9) { result.errors += 1 }
                drop(index)
                return
            }
            var event = epoll_event()
            event.events = EPOLLIN.rawValue
            event.data.u32 = UInt32(index)
            epoll_ctl(poll, EPOLL_CTL_MOD, connections[index].descriptor, &event)
            offer(index)
            return
        }
        let base = input + index * Connection.inputSize
        let filled = connections[index].filled
        let got = read(connections[index].descriptor, base + filled, Connection.inputSize - filled)
        guard got > 0 else {
            if got < 0, errno == EAGAIN || errno == EINTR { return }
            result.errors += 1
            drop(index)
            return
        }
        var place = 0
        let end = filled + got
        let descriptor = connections[index].descriptor
        while end - place >= 5 {
            let length = (0..<4).reduce(0) { $0 << 8 | Int(base[place + $1]) }
            guard length > 0, length <= Connection.inputSize - 4 else {
                result.errors += 1
                drop(index)
                return
            }
            guard end - place >= 4 + length else { break }
            take(index, base[place + 4], UnsafeBufferPointer(start: base + place + 5, count: length - 1))
            guard connections[index].descriptor == descriptor, connections[index].state != .connecting else { return }
            place += 4 + length
        }
        if place > 0, end > place { memmove(base, base + place, end - place) }
        connections[index].filled = end - place
    }

    // MARK: The dialogue

    private mutating func offer(_ index: Int) {
        result.connections += 1
        connections[index].state = .negotiation
        output.begin(UInt8(ascii: "O"))
        output.put([0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff])
        output.end()
        send(index)
    }

    private mutating func take(_ index: Int, _ command: UInt8, _ data: UnsafeBufferPointer<UInt8>) {
        // Progress: the answer is still to come.
        if command == UInt8(ascii: "p") { return }
        switch connections[index].state {
        case .negotiation:
            if negotiated == nil {
                guard command == UInt8(ascii: "O"), let answer = Negotiated(data) else {
                    result.errors += 1
                    drop(index)
                    return
                }
                negotiated = answer
                result.negotiated = answer.text
                recipient = RecipientPackets(answer, mailer: options.mailer)
            }
            connect(index)
        case .connectAnswer: helo(index)
        case .heloAnswer: mail(index)
        case .mailAnswer: turn(index)
        case .recipientAnswer: answered(index, command, data)
        case .closed, .connecting, .turn: result.errors += 1
        }
    }

    private mutating func connect(_ index: Int) {
        if negotiated?.hasConnect == true {
            recipient.addConnect(to: &output)
            if negotiated?.answersConnect == true {
                connections[index].state = .connectAnswer
                send(index)
                return
            }
        }
        helo(index)
    }

    private mutating func helo(_ index: Int) {
        if negotiated?.hasHELO == true {
            recipient.addHELO(to: &output)
            if negotiated?.answersHELO == true {
                connections[index].state = .heloAnswer
                send(index)
                return
            }
        }
        mail(index)
    }

    private mutating func mail(_ index: Int) {
        if connections[index].messages == options.messages {
            output.add(UInt8(ascii: "Q"))
            send(index)
            connections[index].state = .closed
            close(connections[index].descriptor)
            connections[index].descriptor = -1
            open(index)
            return
        }
        connections[index].messages += 1
        connections[index].recipients = 0
        result.messages &+= 1
        if recipient.hasMail {
            recipient.addMail(to: &output)
            if recipient.answersMail {
                connections[index].state = .mailAnswer
                send(index)
                return
            }
        }
        turn(index)
    }

    /// The connection is ready for its next recipient: now, or when it is due.
    private mutating func turn(_ index: Int) {
        if left > 0, interval == 0, again.isEmpty {
            ask(index)
        } else {
            send(index)
            connections[index].state = .turn
            idle.append(index)
        }
    }

    private mutating func ask(_ index: Int) {
        let now = Self.now
        var start = now
        if let first = again.first, first.due <= now, !isPastSettling {
            again.removeFirst()
            connections[index].name = first.name
        } else {
            connections[index].name = next % names.count
            next += stride
            if left != .max { left -= 1 }
            if interval > 0 {
                start = due
                due += interval
            }
        }
        recipient.addRecipient(names[connections[index].name], to: &output)
        connections[index].start = start
        connections[index].state = .recipientAnswer
        inFlight += 1
        send(index)
    }

    private mutating func answered(_ index: Int, _ command: UInt8, _ data: UnsafeBufferPointer<UInt8>) {
        let now = Self.now
        inFlight -= 1
        last = now
        if result.first == 0 { result.first = now }
        if command == UInt8(ascii: "c") {
            if now >= counted {
                result.continued &+= 1
                result.times.add(now - connections[index].start)
            }
        } else {
            refused(index, command, data, now)
        }
        connections[index].recipients += 1
        if connections[index].recipients < options.recipients {
            turn(index)
        } else {
            output.add(UInt8(ascii: "A"))
            mail(index)
        }
    }

    private mutating func refused(_ index: Int, _ command: UInt8, _ data: UnsafeBufferPointer<UInt8>, _ now: UInt64) {
        var key = String(UnicodeScalar(command))
        if command == UInt8(ascii: "y") {
            let words = data.prefix { $0 != 0 }.split(separator: UInt8(ascii: " "))
            key = words.prefix(2).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
        let isPending = key.hasSuffix(" 4.7.0")
        if isPending, options.settle > 0 {
            again.append((connections[index].name, now + UInt64(options.pause * 1e9)))
            return
        }
        guard now >= counted else { return }
        result.answers[key, default: 0] += 1
        if !isPending || !options.isVerdictsOnly { result.times.add(now - connections[index].start) }
    }
}
