import Glibc

/// The lines of a file, mapped into memory: a million of them cost nothing but their places.
struct NameList: @unchecked Sendable {
    private let text: UnsafePointer<UInt8>
    private let starts: [UInt32]

    /// The names of a file; nil if it cannot be read or has none.
    init?(_ path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_size > 0,
            let map = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), map != MAP_FAILED
        else { return nil }
        text = UnsafePointer(map.assumingMemoryBound(to: UInt8.self))
        var starts: [UInt32] = [0]
        for index in 0..<Int(status.st_size) where text[index] == UInt8(ascii: "\n") {
            starts.append(UInt32(index + 1))
        }
        self.starts = starts
        guard count > 0 else { return nil }
    }

    /// How many there are.
    var count: Int { starts.count - 1 }

    /// One of them.
    subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(starts[index])
        return UnsafeBufferPointer(start: text + start, count: Int(starts[index + 1]) - start - 1)
    }
}
