import Glibc

/// Packets of the milter protocol on their way out: a length, a command, its data.
///
/// The memory lives as long as the process.
struct PacketBuffer {
    private static let capacity = 1 << 16

    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    private var packet = 0
    private(set) var count = 0

    /// What is to be sent.
    var contents: UnsafeRawPointer { UnsafeRawPointer(bytes) }

    /// Empties it.
    mutating func clear() { count = 0 }

    /// A packet that is only a command.
    mutating func add(_ command: UInt8) {
        begin(command)
        end()
    }

    /// Begins a packet.
    mutating func begin(_ command: UInt8) {
        packet = count
        count += 4
        byte(command)
    }

    /// Ends the packet begun last.
    mutating func end() {
        let length = count - packet - 4
        for index in 0..<4 { bytes[packet + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
    }

    /// One byte of it.
    mutating func byte(_ value: UInt8) {
        bytes[count] = value
        count += 1
    }

    /// Bytes of it.
    mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress, count + text.count < Self.capacity else { return }
        memcpy(bytes + count, base, text.count)
        count += text.count
    }

    /// Bytes of it.
    mutating func put(_ text: [UInt8]) { text.withUnsafeBufferPointer { put($0) } }

    /// A string, with its end.
    mutating func string(_ text: [UInt8]) {
        put(text)
        byte(0)
    }
}
