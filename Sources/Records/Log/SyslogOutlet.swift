import Glibc

/// The syslog daemon, reached through our own socket. syslog(3) takes a lock of the whole process and waits while the
/// daemon accepts no lines, and every thread that logs would wait with it.
///
/// Each line is a datagram as syslog(3) writes it (RFC 3164 §4.1 without the host): `<22>Nov 23 19:30:01 danegate[123]:
/// …`. If the daemon is restarted, the socket connects again.
struct SyslogOutlet: LogOutlet {
    /// Where the daemon listens.
    static let standardPath = "/dev/log"

    /// The text between priority and line, for the second that it is valid.
    private struct Stamp {
        var second = Int.min
        var text: [UInt8] = []
    }

    private let path: String
    private var socket: DatagramSocket?
    private var stamp = Stamp()
    private var packet: [UInt8] = []
    private var quiet = LibraryQuiet()

    /// An outlet to the daemon.
    ///
    /// - Parameter path: The path of the socket.
    init(_ path: String = SyslogOutlet.standardPath) {
        self.path = path
        socket = DatagramSocket(to: path)
    }

    /// Whether there is a daemon.
    var isConnected: Bool { socket != nil }

    mutating func write(_ lines: LogBacklog, from first: Int) -> Int {
        for line in first..<lines.entries.count {
            makePacket(lines, line)
            switch send() {
            case .sent: quiet.end()
            case .tooLong, .refused: break
            case .blocked:
                // While it accepts none of our lines, libmilter would block on it too.
                if path == Self.standardPath { quiet.begin() }
                return line
            case .gone: return line
            }
        }
        return lines.entries.count
    }

    func wait() {
        if let socket { socket.waitUntilReady() } else { usleep(100_000) }
    }

    private mutating func send() -> DatagramSocket.Result {
        if socket == nil { socket = DatagramSocket(to: path) }
        guard let socket else { return .gone }
        let result = socket.send(packet)
        guard case .gone = result else { return result }
        // It may have been restarted since the last line.
        self.socket = DatagramSocket(to: path)
        return self.socket?.send(packet) ?? .gone
    }

    private mutating func makePacket(_ lines: LogBacklog, _ line: Int) {
        let entry = lines.entries[line]
        if stamp.second != entry.time { stamp = Stamp(second: entry.time, text: Self.stampText(entry.time)) }
        packet.removeAll(keepingCapacity: true)
        packet.append(contentsOf: "<\(LOG_MAIL | entry.level.severity)>".utf8)
        packet.append(contentsOf: stamp.text)
        packet.append(contentsOf: lines.bytes[lines.range(line).dropLast()])
    }

    /// `Nov  3 09:30:01 danegate[123]: `.
    private static func stampText(_ second: Int) -> [UInt8] {
        var time = time_t(second)
        var parts = tm()
        localtime_r(&time, &parts)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32, _ pad: String = "0") -> String { number < 10 ? "\(pad)\(number)" : "\(number)" }
        let month = months.indices.contains(Int(parts.tm_mon)) ? months[Int(parts.tm_mon)] : "Jan"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return Array("\(month) \(two(parts.tm_mday, " ")) \(clock) danegate[\(getpid())]: ".utf8)
    }
}

/// Silences syslog(3) for the process. This is for libmilter, which logs on the threads that answer MTAs.
private struct LibraryQuiet {
    private var before: Int32?

    mutating func begin() {
        // Everything except emergencies, of which there are none. A mask of zero would change nothing (setlogmask(3)).
        if before == nil { before = setlogmask(1 << LOG_EMERG) }
    }

    mutating func end() {
        if let before { setlogmask(before) }
        before = nil
    }
}
