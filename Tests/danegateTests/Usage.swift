import Foundation

/// What a process has of memory, threads and descriptors.
struct Usage: Equatable {
    var residentKB = 0
    var threads = 0
    var descriptors = 0

    init(_ pid: Int32) throws {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, let number = Int(words[1]) else { continue }
            if words[0] == "VmRSS:" { residentKB = number }
            if words[0] == "Threads:" { threads = number }
        }
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }
}
