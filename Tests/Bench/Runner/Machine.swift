import Foundation
import WorldServers

/// The machine that is measured on.
enum Machine {
    /// Its processor, memory, kernel and the versions of what is measured, in one paragraph.
    static func description() async -> String {
        let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = processor.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }?.trimmingCharacters(in: .whitespaces)
        let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
        let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        let versions = (try? await ChildProcess.run(Built.path("danegate"), ["--version"]).output) ?? ""
        let day = Date().formatted(.iso8601.year().month().day())
        let words = versions.split(whereSeparator: \.isNewline).joined(separator: ", ")
        return "\(day): \(ProcessInfo.processInfo.activeProcessorCount) cores (\(model ?? "?")), "
            + "\(memory.digits(0)) GB, Linux \(kernel.trimmingCharacters(in: .whitespacesAndNewlines)); \(words); "
            + "load at the start \(load.split(separator: " ").first ?? "?")."
    }
}
