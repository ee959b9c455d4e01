import DANE
import Glibc
import Support

/// The listening sockets of this machine, as proc(5) lists them: who only wants to know whether somebody listens must
/// not connect, because a connection starts a service that the service manager listens for.
struct SystemSockets {
    /// The folder of the lists.
    var folder = "/proc/net"
    /// The most bytes that are read of a list.
    var limit = 64 << 20

    /// Whether something listens on a socket; nil if that cannot be told.
    func listens(on socket: MilterSocket) -> Bool? {
        switch socket {
        case .unix(let path):
            if holds("unix", { Self.isListening($0, at: path) }) == true { return true }
            // A socket that is not listed is left over, or belongs to another network namespace.
            return Self.isAbandoned(path) ? false : nil
        case .inet(let address, let port):
            let places = Self.places(of: address, port)
            guard let four = holds("tcp", { Self.isListening($0, at: places) }),
                let six = holds("tcp6", { Self.isListening($0, at: places) })
            else { return nil }
            return four || six
        }
    }

    /// Whether no socket of any process is bound to a path, in whatever network namespace: there is no file, or it is
    /// left over. A datagram socket finds that out (unix(7)): if a stream's socket is bound there, the system says that
    /// it is of another type (`EPROTOTYPE`), and who listens there learns of nothing.
    private static func isAbandoned(_ path: String) -> Bool {
        guard let address = UnixSocketAddress(path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return address.withPointer { connect(descriptor, $0, $1) } != 0
            && [ENOENT, ENOTDIR, ECONNREFUSED].contains(errno)
    }

    /// Whether a line of a list is the one; nil if the list cannot be read, or not to its end.
    ///
    /// A kernel without IPv6 has no list of its sockets: then there are none.
    private func holds(_ list: String, _ isWanted: (Substring.UTF8View) -> Bool) -> Bool? {
        let descriptor = open("\(folder)/\(list)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return list == "tcp6" && errno == ENOENT ? false : nil }
        defer { close(descriptor) }
        var (rest, total) = ([UInt8](), 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while total < limit {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return count == 0 ? false : nil }
            total += count
            rest += buffer.prefix(count)
            var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            // The last one goes on in what is read next.
            rest = Array(lines.removeLast())
            for line in lines where isWanted(String(decoding: line, as: UTF8.self)[...].utf8) { return true }
        }
        return nil
    }

    /// `Num: RefCount Protocol Flags Type St Inode Path`. A stream has type 1, and one that listens flag 10000
    /// (`__SO_ACCEPTCON`).
    private static func isListening(_ line: Substring.UTF8View, at path: String) -> Bool {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 7, omittingEmptySubsequences: true)
        guard fields.count == 8, let flags = Substring(fields[3]).hexadecimal,
            Substring(fields[4]).hexadecimal == UInt64(SOCK_STREAM.rawValue)
        else { return false }
        return flags & 0x10000 != 0 && fields[7].elementsEqual(path.utf8)
    }

    /// `sl: local_address rem_address st …`. State 0A is `TCP_LISTEN`.
    private static func isListening(_ line: Substring.UTF8View, at places: [String]) -> Bool {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 4, omittingEmptySubsequences: true)
        guard fields.count == 5, fields[3].elementsEqual("0A".utf8) else { return false }
        return places.contains { fields[1].elementsEqual($0.utf8) }
    }

    /// The forms in the lists of an address and of those that stand for it: all addresses, and IPv4 within IPv6.
    private static func places(of address: IPAddress, _ port: UInt16) -> [String] {
        let number = hexadecimal([UInt8(port >> 8), UInt8(port & 0xFF)])
        let all6 = [UInt8](repeating: 0, count: 16)
        var forms = [address.bytes, all6]
        if case .v4 = address {
            forms += [[UInt8](repeating: 0, count: 4), all6.prefix(10) + [0xFF, 0xFF] + address.bytes]
        }
        // Words of four bytes are written as numbers of this machine.
        return forms.map { bytes in
            let words = stride(from: 0, to: bytes.count, by: 4).map { start in
                let word = Array(bytes[start..<start + 4])
                return hexadecimal(UInt32(1).littleEndian == 1 ? word.reversed() : word)
            }
            return words.joined() + ":" + number
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}

extension Substring {
    /// The number that hexadecimal digits stand for.
    fileprivate var hexadecimal: UInt64? { UInt64(self, radix: 16) }
}
