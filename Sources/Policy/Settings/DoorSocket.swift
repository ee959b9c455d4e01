import DANE
package import Milter

/// Where a door other than the milter listens, and who may connect there: one setting each.
package struct DoorSocket: Sendable, Hashable {
    /// A Unix socket, or a TCP socket on a loopback address; nil if the door is closed.
    package var socket: MilterSocket?
    /// The mode of a Unix socket; nil for the usual one.
    package var mode: UInt32?
    /// The name of the group of a Unix socket, usually the MTA's; nil for the group of the process.
    package var group: String?

    /// Makes a place: a closed door without a socket.
    package init(_ socket: MilterSocket? = nil, mode: UInt32? = nil) {
        self.socket = socket
        self.mode = mode
    }

    /// Whether such a door may listen there. Whoever reaches it may ask, and so have hosts connected to.
    package static func mayListen(on socket: MilterSocket) -> Bool {
        if case .inet(let address, _) = socket { address.isLoopback } else { true }
    }

    /// Whether a mode or a group is set that no Unix socket has.
    var isInContradiction: Bool {
        if case .unix = socket { return false }
        return mode != nil || group != nil
    }
}

extension Setting {
    /// The three settings of a door's place.
    ///
    /// - Parameters:
    ///   - name: The name of the setting for the socket.
    ///   - path: Where they are kept.
    ///   - summary: What the door is for.
    static func door(
        _ name: String, _ path: any WritableKeyPath<Settings, DoorSocket> & Sendable, _ summary: String
    ) -> [Setting] {
        [
            Setting(
                name, "off", "off, unix:/path, or inet:port@host or inet6:port@host with a loopback address", summary
            ) { text, settings in
                guard text != "off" else {
                    settings[keyPath: path].socket = nil
                    return .taken
                }
                let socket: MilterSocket
                do throws(MilterError) { socket = try MilterSocket(text) } catch {
                    return .refusedBecause(error.description)
                }
                guard DoorSocket.mayListen(on: socket) else {
                    return .refusedBecause(
                        "it must be a loopback address or a unix socket, because anybody may ask there")
                }
                settings[keyPath: path].socket = socket
                return .taken
            }
        ] + doorAccess(name, path)
    }

    /// The settings of who may connect to a door's Unix socket.
    static func doorAccess(
        _ name: String, _ path: any WritableKeyPath<Settings, DoorSocket> & Sendable, otherwise mode: String? = nil
    ) -> [Setting] {
        [
            Setting(
                "\(name)_MODE", "", "three or four octal digits, like 0660",
                "access mode of that unix socket\(mode.map { "; \($0) without it" } ?? "")"
            ) { text, settings in
                guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
                    return .refused
                }
                settings[keyPath: path].mode = mode
                return .taken
            },
            Setting("\(name)_GROUP", "", "a group's name", "group of that unix socket") { text, settings in
                guard !text.isEmpty, text.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else { return .refused }
                settings[keyPath: path].group = text
                return .taken
            },
        ]
    }
}

extension IPAddress {
    /// Whether it leads back to this machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }
}
