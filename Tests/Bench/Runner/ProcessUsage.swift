import Foundation
import Glibc

/// What a process takes up at a moment (proc(5)).
struct ProcessUsage {
    /// Resident memory, in MB of 2^20 bytes, and the part of it that is no file's.
    let resident: Double
    let anonymous: Double
    let threads: Int
    let descriptors: Int
    /// The CPU time it has had, in seconds.
    let cpu: Double

    init(of pid: Int32) {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        resident = Double(field("VmRSS")) / 1024
        anonymous = Double(field("RssAnon")) / 1024
        threads = field("Threads")
        descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // Behind the name in parentheses the third field comes first.
        let fields = stat.split(separator: ")").last?.split(separator: " ").map(String.init) ?? []
        let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
        cpu = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
