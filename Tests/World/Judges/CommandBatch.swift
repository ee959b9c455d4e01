import Foundation

/// Many short commands: several at once, each with a deadline of its own.
///
/// One shell starts them all. A `ChildProcess` for each would cost more than what most of them do.
enum CommandBatch {
    /// What a command said, and how it ended.
    struct Result: Sendable {
        /// Its exit status; 124 or 137 if its deadline passed.
        let status: Int32
        /// Its standard output and error.
        let output: String

        /// Whether it was ended at its deadline.
        var isLate: Bool { status == 124 || status == 137 }
    }

    /// Runs shell scripts to their ends.
    ///
    /// - Parameters:
    ///   - scripts: What each command is, for sh(1).
    ///   - seconds: The deadline of each, from its own beginning.
    ///   - atOnce: How many run at a time; where they take long, they wait.
    ///   - resolvConf: A file that all of them see as /etc/resolv.conf, and nobody else does; needs root.
    /// - Returns: The results, in the order of the scripts.
    static func run(
        _ scripts: [String], seconds: Int, atOnce: Int = 16, resolvConf: String? = nil
    ) async throws -> [Result] {
        guard !scripts.isEmpty else { return [] }
        let scratch = try ScratchDirectory("batch")
        for (index, script) in scripts.enumerated() { try scratch.write(script, to: "\(index).sh") }
        // A host may be told to talk without end, and the command to repeat what it says. Repeated text is read once,
        // so that the beginning is not lost.
        let one =
            "{ timeout -k 2 \(seconds) sh $0.sh </dev/null; echo $? >$0.status; } 2>&1 | uniq | tail -c 262144 >$0.out"
        try scratch.write(scripts.indices.map { "\($0)\n" }.joined(), to: "list")
        // It replaces the shell. If the test process dies, running commands end at their deadline, and no other begins.
        let all = "exec xargs -a list -P \(atOnce) -n 1 sh -c '\(one)'"
        // unshare(1) makes the new namespace private: the mount is not seen outside, and goes with its last process.
        let mount = resolvConf.map { "mount --bind \($0) /etc/resolv.conf || exit 1\n" }
        let arguments = ["sh", "-c", (mount ?? "") + all]
        let limit = Duration.seconds(30 + (scripts.count / atOnce + 1) * (seconds + 2))
        let (status, output) = try await ChildProcess.run(
            mount == nil ? "env" : "unshare", (mount == nil ? [] : ["-m"]) + arguments, directory: scratch.path,
            within: limit)
        // xargs says 123 if any of them failed; each has its own status, written last.
        guard status == 0 || status == 123 else { throw WorldError("the batch of commands failed: \(output)") }
        return try scripts.indices.map { index in
            let text = try String(contentsOfFile: scratch.file("\(index).status"), encoding: .utf8)
            let said = try Data(contentsOf: URL(fileURLWithPath: scratch.file("\(index).out")))
            return Result(
                status: Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1,
                output: String(decoding: said, as: UTF8.self))
        }
    }
}
